/** The effect's worker, counted. Who asks on the channel is told. */
import { counts } from './count.ts';
import '../../../src/effect/worker/effect.worker.ts';

const channel = new BroadcastChannel('counts');
channel.onmessage = ({ data }) => {
  if (data === 'count') channel.postMessage(counts());
};
