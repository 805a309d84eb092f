// What a node says of itself: the methods that it has, and the cluster that it is alone in.
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js'
import serverFeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js'
import sharedPb from '@eventstore/db-client/generated/shared_pb.js'

const version = '23.10.6'
const methods = ['read', 'append', 'delete', 'tombstone', 'batchappend']
const features: Record<string, string[]> = { read: ['position', 'events'], batchappend: ['deadline_duration'] }

/** BatchAppend is named, so the client appends over one shared stream. */
export const supportedMethods = (): serverFeaturesPb.SupportedMethods => {
  const supported = new serverFeaturesPb.SupportedMethods()
  supported.setEventStoreServerVersion(version)
  for (const name of methods) {
    const method = new serverFeaturesPb.SupportedMethod()
    method.setServiceName('event_store.client.streams.streams')
    method.setMethodName(name)
    method.setFeaturesList(features[name] ?? [])
    supported.addMethods(method)
  }
  return supported
}

/** A cluster of one, which leads. */
export const clusterInfo = (address: string): gossipPb.ClusterInfo => {
  const [host = '', port = ''] = address.split(':')
  const endPoint = new gossipPb.EndPoint()
  endPoint.setAddress(host)
  endPoint.setPort(Number(port))
  const id = new sharedPb.UUID()
  id.setString('00000000-0000-4000-8000-000000000001')
  const member = new gossipPb.MemberInfo()
  member.setInstanceId(id)
  member.setTimeStamp('0')
  member.setState(gossipPb.MemberInfo.VNodeState.LEADER)
  member.setIsAlive(true)
  member.setHttpEndPoint(endPoint)
  const info = new gossipPb.ClusterInfo()
  info.addMembers(member)
  return info
}
