// How the report page looks: on a screen and on A4, in black and white too.

/** The style sheet of the page; it loads nothing. */
export const style = `
@page { size: A4; margin: 18mm 16mm 20mm }
:root { --ink: #1b1f24; --soft: #59636e; --line: #d0d7de; --tint: #f5f7f9; --warn: #8a3b00; --warn-tint: #fff6ec }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 186mm; padding: 10mm 4mm; color: var(--ink); background: #fff; font: 10.5pt/1.45 Georgia, 'Times New Roman', serif }
h1, h2, h3, th, dt, .tag, .alert strong { font-family: 'Helvetica Neue', Arial, sans-serif }
h1 { font-size: 21pt; line-height: 1.15; margin: 0 0 1mm }
h2 { font-size: 12.5pt; margin: 9mm 0 2mm; padding-bottom: 1mm; border-bottom: 1.5pt solid var(--ink); break-after: avoid }
h3 { font-size: 10.5pt; margin: 4mm 0 1mm; break-after: avoid }
p { margin: 0 0 2mm }
.soft { color: var(--soft); font-size: 9pt }
.sub { color: var(--soft); font-size: 11.5pt; margin-bottom: 5mm }
dl { display: grid; grid-template-columns: 38mm 1fr; gap: 0.8mm 4mm; margin: 0 0 3mm }
dt { color: var(--soft); font-size: 8.5pt; padding-top: 0.6mm }
dd { margin: 0; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; margin: 0 0 3mm; font-size: 9.5pt }
th { white-space: nowrap; text-align: left; font-size: 8pt; color: var(--soft); font-weight: 600; border-bottom: 0.75pt solid var(--ink) }
th, td { padding: 1.1mm 3mm 1.1mm 0; vertical-align: top }
td { border-bottom: 0.5pt solid var(--line); overflow-wrap: break-word }
tr { break-inside: avoid }
thead { display: table-header-group }
.alert { border: 1.2pt solid var(--warn); background: var(--warn-tint); padding: 3mm 4mm; margin: 4mm 0; break-inside: avoid }
.alert strong { display: block; color: var(--warn); font-size: 10pt; letter-spacing: 0.02em }
.note { border: 0.75pt solid var(--line); background: var(--tint); padding: 3mm 4mm; margin: 4mm 0 }
.tag { display: inline-block; font-size: 8pt; font-weight: 600; padding: 0.2mm 1.8mm; border: 0.75pt solid currentColor; border-radius: 1mm; white-space: nowrap }
.yes { color: #0a5c2b } .no { color: #8a1c1c } .other { color: var(--soft) }
.shown { border: 0.75pt solid var(--ink); padding: 4mm 5mm; margin: 2mm 0; overflow-wrap: anywhere }
.plain { white-space: pre-wrap }
.rich > :first-child { margin-top: 0 }
ol.story { list-style: none; padding: 0; margin: 0 }
ol.story > li { display: grid; grid-template-columns: 9mm 1fr; padding: 2mm 0; border-bottom: 0.5pt solid var(--line); break-inside: avoid }
.n { white-space: nowrap; font: 600 9pt 'Helvetica Neue', Arial, sans-serif; color: var(--soft) }
code, pre { font: 8.5pt/1.4 'DejaVu Sans Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere }
pre { background: var(--tint); border: 0.5pt solid var(--line); padding: 2.5mm 3mm; white-space: pre-wrap }
@media print { body { padding: 0; max-width: none } }
`
