/**
 * `npm run eval:half`: compares every net's half-precision variant with the net itself on
 * validation portraits, as a table. Variants compute in half precision only on WebGPU, so this
 * needs the native runtime and a Vulkan driver with `shader-f16` (Mesa's llvmpipe has it from
 * version 23). Options: --only portrait,drawn, --pictures 6 (for each net), --portraits 134 (for
 * the matte's IoU)
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../fixtures/server.ts';
import { iou, mean } from './matte.ts';
import { modelBytes, netId, shippedModels, uniqueNets, type Model } from './models.ts';
import { Net } from './net.ts';
import { resize, rows, type Planes, type Size } from './planes.ts';
import { Portraits } from './portraits.ts';
import { Progress } from './progress.ts';
import { HOW_TO_GET_NATIVE, isNative, runtimeName } from './runtime.ts';
import { figure, table } from './table.ts';

const STYLE_SIZE: Size = [352, 192];
const MATTE_SIZE: Size = [256, 256];
/** One step of an 8-bit picture. */
const STEP = 1 / 255;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    pictures: { type: 'string', default: '6' },
    portraits: { type: 'string', default: '134' },
  },
});
const portraits = await Portraits.open();
const gap = !isNative
  ? HOW_TO_GET_NATIVE
  : portraits
    ? undefined
    : `No validation portraits at ${Portraits.data}: nothing to measure. PORTOON_DATA says where they are.`;
if (gap !== undefined || !portraits) {
  process.stdout.write(`${gap}\n`);
  process.exit(0);
}
const wanted = options.only?.split(',');
const models = uniqueNets(await shippedModels()).filter((model) => wanted?.includes(netId(model)) ?? true);
const progress = new Progress();
const lines: string[][] = [];
for (const model of models) {
  progress.begin(netId(model));
  lines.push(await compare(model, portraits));
}
progress.end();
const head = ['net', 'KB', 'KB, half', 'most', 'mean', 'off by 2 steps', 'IoU', 'IoU, half'];
process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${runtimeName}\n${table(head, lines)}\n`);
process.exit(0);

async function compare(model: Model, portraits: Portraits): Promise<string[]> {
  const half = await readFile(join(projectRoot, 'models', model.half.file));
  const net = await Net.open(await modelBytes(model), model.state);
  const twin = await Net.open(half, model.state, { executionProviders: ['webgpu'] });
  const isMatte = model.kind === 'matte';
  const size = isMatte ? MATTE_SIZE : STYLE_SIZE;
  const output = isMatte ? 'matte' : 'styled';
  let most = 0;
  const means: number[] = [];
  const off: number[] = [];
  const ious = { full: [] as number[], half: [] as number[] };
  const count = Number(isMatte ? options.portraits : options.pictures);
  for (const [n, id] of portraits.ids.slice(0, count).entries()) {
    progress.step(n, count);
    const { picture, mask } = await portraits.portrait(id);
    const frame = resize(isMatte ? picture : upperMiddle(picture, size), size);
    const right = (await net.run(frame)).outputs[output]!;
    const given = (await twin.run(frame)).outputs[output]!;
    const differences = given.data.map((value, i) => Math.abs(value - right.data[i]!));
    most = differences.reduce((worst, value) => Math.max(worst, value), most);
    means.push(differences.reduce((sum, value) => sum + value, 0) / differences.length);
    off.push(differences.filter((value) => value > 2 * STEP).length / differences.length);
    if (!isMatte) continue;
    const whole: Size = [mask.width, mask.height];
    ious.full.push(iou(resize(right, whole), mask));
    ious.half.push(iou(resize(given, whole), mask));
  }
  await net.close();
  await twin.close();
  return [
    netId(model),
    figure(model.bytes / 1000, 0),
    figure(half.length / 1000, 0),
    figure(most, 4),
    figure(mean(means), 5),
    `${figure(100 * mean(off), 2)} %`,
    ...[ious.full, ious.half].map((each) => (isMatte ? figure(mean(each), 4) : '-')),
  ];
}

function upperMiddle(picture: Planes, [width, height]: Size): Planes {
  const seen = Math.floor((picture.width * height) / width);
  return rows(picture, Math.floor((picture.height - seen) / 3), seen);
}
