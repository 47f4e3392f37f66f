/** The style net beside one of the classic size, on the app's own runtime: wasm, one thread. */
import { shippedModels } from '../quality/models.ts';
import { BrowserTimer } from '../quality/time.ts';
import { johnsonNet } from './johnson.ts';

const SIZE = [352, 192] as const;

export interface NetTimes {
  style: string;
  size: readonly [number, number];
  /** Median milliseconds of a run. */
  ms: number;
  johnsonMs: number;
  ratio: number;
}

export async function compareStyleNets(style: string): Promise<NetTimes> {
  const model = (await shippedModels()).find(({ id }) => id === style);
  if (!model) throw new Error(`There is no style "${style}".`);
  const johnson = `data:application/octet-stream;base64,${Buffer.from(johnsonNet()).toString('base64')}`;
  const timer = await BrowserTimer.open();
  try {
    const ms = await timer.milliseconds(`/models/${model.file}`, model.state, SIZE);
    const johnsonMs = await timer.milliseconds(johnson, [], SIZE);
    return {
      style,
      size: SIZE,
      ms: Math.round(10 * ms) / 10,
      johnsonMs: Math.round(johnsonMs),
      ratio: Math.round((10 * johnsonMs) / ms) / 10,
    };
  } finally {
    await timer.close();
  }
}
