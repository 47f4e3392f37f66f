/** The effect's worker with counting. It answers questions on the channel. */
import { counts } from './count.ts';
import '../../../src/effect/worker/effect.worker.ts';

const channel = new BroadcastChannel('counts');
channel.onmessage = ({ data }) => {
  if (data === 'count') channel.postMessage(counts());
};
