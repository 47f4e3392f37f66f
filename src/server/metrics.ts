import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** What `/metrics` shows: numbers about this node, never who or which room. */
export interface Metrics {
  readonly registry: Registry;
  readonly connections: Gauge;
  readonly pending: Gauge;
  readonly rooms: Gauge;
  readonly peers: Gauge<'kind'>;
  readonly messages: Counter<'request'>;
  readonly rejected: Counter<'code'>;
  readonly left: Counter<'reason'>;
  readonly relayRefused: Counter<'status'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    connections: new Gauge({ name: 'portoon_connections', help: 'Open signalling connections', registers }),
    pending: new Gauge({
      name: 'portoon_pending_connections',
      help: 'TCP connections whose first request is not complete',
      registers,
    }),
    rooms: new Gauge({ name: 'portoon_rooms', help: 'Rooms with a peer on this node', registers }),
    peers: new Gauge({
      name: 'portoon_peers',
      help: 'Peers on this node: persons, and pages that only view',
      labelNames: ['kind'],
      registers,
    }),
    messages: new Counter({
      name: 'portoon_messages_total',
      help: 'Requests that were carried out',
      labelNames: ['request'],
      registers,
    }),
    rejected: new Counter({
      name: 'portoon_rejected_total',
      help: 'Requests and connections that were refused',
      labelNames: ['code'],
      registers,
    }),
    left: new Counter({
      name: 'portoon_left_total',
      help: 'Peers of this node that went, and how',
      labelNames: ['reason'],
      registers,
    }),
    relayRefused: new Counter({
      name: 'portoon_relay_refused_total',
      help: 'Pages that said that the TURN server refused them, and with which status',
      labelNames: ['status'],
      registers,
    }),
  };
}
