# Checks an unpacked dossier offline, with Python's standard library and the openssl 3 command alone.
# Usage: python3 verify.py KEY [KEY...]   KEY: "name+id+base64" of the log, from a source you trust, never from this folder; each of them where it was rotated.
# It checks manifest, leaf hashes, inclusion, signed heads, consistency, opened values, and that the streams are those of the signed statement, whole.
# It does not check which key signed in which range of sizes, witnesses, times, nor the words of the report: ledger-verify does.
import base64, hashlib, json, os, subprocess, sys, tempfile
sys.excepthook = lambda kind, error, trace: print("REJECTED: not a dossier,", kind.__name__, error, file=sys.stderr)
def sha(data): return hashlib.sha256(data).digest()
def node(left, right): return sha(b"\x01" + left + right)
def unb64(text): return base64.b64decode(text, validate=True)
def read(path): return open(path, "rb").read()
def need(true, what): return true or sys.exit("REJECTED: " + what)
class Number(str): pass  # a number with a point or an exponent, in the digits of its file
def rfc8785(value):  # of a value from a file that is RFC 8785 itself: its order and its numbers are kept
    if isinstance(value, dict): return "{" + ",".join(rfc8785(name) + ":" + rfc8785(one) for name, one in value.items()) + "}"
    return "[" + ",".join(map(rfc8785, value)) + "]" if isinstance(value, list) else value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)
def opens(vkey, text, line):  # one signature line of a C2SP signed note: Ed25519 (type 1) by this key?
    name, key_id, public = vkey.split("+", 2)
    public, signer, signature = unb64(public), line.split(" ")[1], unb64(line.split(" ")[2])
    need(public[0] == 1 and sha(name.encode() + b"\n" + public)[:4].hex() == key_id, "a key that is not of its form: " + name)
    if signer != name or signature[:4].hex() != key_id: return False
    with tempfile.TemporaryDirectory() as place:
        for file, data in ("key", bytes.fromhex("302a300506032b6570032100") + public[1:]), ("text", text), ("signature", signature[4:]): open(os.path.join(place, file), "wb").write(data)
        done = subprocess.run("openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signature".split(), cwd=place, capture_output=True)
    return need(done.returncode == 0, "a signature that is false: " + name)
def note(raw, vkeys, known={}):  # text of a signed note that one of vkeys signed (the first line is the name of its key)
    if raw not in known:
        text, lines = raw[: raw.rindex(b"\n\n") + 1], raw[raw.rindex(b"\n\n") + 2 :].decode().splitlines()
        need(any(opens(vkey, text, line) for vkey in vkeys for line in lines if vkey.split("+")[0] == text.decode().split("\n")[0]), "a note that no given key signed")
        known[raw] = text.decode()
    return known[raw].splitlines()
def head(raw): origin, size, root = note(raw, sys.argv[1:]); return int(size), unb64(root), origin
def walk(fn, sn, path):  # RFC 9162, 2.1.3.2 and 2.1.4.2: each hash of a path, and whether it stands on the left
    for other in path:
        left = need(sn > 0, "a path that is too long") and (fn & 1 or fn == sn)
        yield left, other
        while left and fn and not fn & 1: fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "a path that is too short")
def root_of(leaf, index, size, path):
    need(0 <= index < size, "a leaf outside its tree")
    for left, other in walk(index, size - 1, path): leaf = node(other, leaf) if left else node(leaf, other)
    return leaf
def grows(m, old, n, new, path):
    if m == n: return not path and old == new
    first, *path = [old] + path if m & (m - 1) == 0 else path
    fn, sn, fr, sr = m - 1, n - 1, first, first
    while fn & 1: fn, sn = fn >> 1, sn >> 1
    for left, other in walk(fn, sn, path): fr, sr = (node(other, fr), node(other, sr)) if left else (fr, node(sr, other))
    return fr == old and sr == new

os.chdir(os.path.dirname(os.path.abspath(__file__)))
need(len(sys.argv) > 1, "no key given: python3 verify.py KEY")
files = {os.path.join(at, name).replace(os.sep, "/")[2:] for at, _, names in os.walk(".") for name in names} - {"manifest.json", "completeness.note", "dossier.zip"}
manifest = json.loads(read("manifest.json"))["files"]
need(files == set(manifest), "files that are not those of the manifest")
for path in files: need(sha(read(path)).hex() == manifest[path], "a changed file: " + path)
(size, root, origin), steps, streams, keys = head(read("log/tree-head.note")), json.loads(read("log/consistency.json"))["from"], {}, []
for path in sorted(p for p in files if p.endswith("/leaf.json")):
    raw, (top, signed) = read(path), read(path.replace("leaf.json", "proof.tlog-proof")).split(b"\n\n", 1)
    leaf, lines, (n, at, log) = json.loads(raw), [x for x in top.decode().split("\n") if not x.startswith("extra ")], head(signed)
    need(lines[0] == "c2sp.org/tlog-proof@v1" and root_of(sha(b"\x00" + raw), int(lines[1][6:]), n, [unb64(x) for x in lines[2:]]) == at, "not in the log: " + path)
    need(log == origin and n <= size and grows(n, at, size, root, [unb64(x) for x in steps.get(str(n), [])]), "a head of another tree: " + path)
    need(path.split("/")[-2] == leaf["revision"], "an event in a place that is not its own: " + path)
    streams.setdefault((path.rsplit("/", 2)[0], leaf["stream"]), []).append(int(leaf["revision"]))
    if leaf["type"] == "StatementKeyIntroduced" and leaf["stream"] == "ledger": keys.append((int(leaf["revision"]), leaf["data"]["vkey"]))
    shown, data = path.replace("leaf.json", "disclosures.json"), leaf["data"]
    if shown in files:
        given, held = json.loads(read(shown), parse_float=Number), {"evidence/" + k if k == "collector" else k: x for k, x in data.get("evidence", {}).items()}
        held["collector"] = ((data.get("method") or {}).get("collector") or {}).get("name")
        for one, sealed in [(x, data["identifiers"][x["n"]]) for x in given["identifiers"]] + [(x, held[k]) for k, x in given["fields"].items()]:
            need(sha(base64.urlsafe_b64decode(one["salt"] + "==") + rfc8785(one["value"]).encode()).hex() == one["commitment"] == sealed["commitment"], "a value that was not sealed: " + shown)
said, promised = [line.split(" ") for line in note(read("completeness.note"), [max(keys)[1]])[2:]], {}
fact = {words[0]: words[1] for words in said}
need(fact["manifest"] == sha(read("manifest.json")).hex() and (int(fact["size"]), unb64(fact["root"]), fact["log"]) == (size, root, origin), "a statement about something else")
for kind, *words in said:
    if kind == "stream": promised["streams/" + words[0] if promised else "events", words[0]] = int(words[1])
    if kind in ("catalogue", "ledger"): promised["keys" if kind == "ledger" else kind, words[0] if words[1:] else kind] = int(words[-1])
need(next(iter(promised)) == ("events", "subject-" + fact["subject"]), "a statement that does not begin with the person's own stream")
need({at: len(there) - 1 for at, there in streams.items()} == promised and all(sorted(there) == list(range(len(there))) for there in streams.values()), "streams that are not whole")
print(f"ACCEPTED: the {sum(map(len, streams.values()))} events are in {origin}, tree of {size}; its issuer signed that their {len(streams)} streams are whole.")
