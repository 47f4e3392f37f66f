/**
 * `npm run eval`: every shipped net through ONNX Runtime on the validation portraits, and the matte
 * nets beside MediaPipe's on pictures as webcams see people, as tables and as JSON. Options: --only
 * scream,forms (ids of nets), --kinds desk,rooms,clips (these alone, and no portraits' tables),
 * --json test-results/eval.json. How to read the tables: training/README.md
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../../src/cli/chromium.ts';
import { Baselines, HOW_TO_GET_BASELINES } from './baselines.ts';
import { costOf } from './graph.ts';
import { MATTE_SIZES, measureSize, measureTime } from './measure-matte.ts';
import { measureSteadiness } from './measure-style.ts';
import { modelBytes, shippedModels, type Model } from './models.ts';
import { Net } from './net.ts';
import { People } from './people.ts';
import type { Size } from './planes.ts';
import { Portraits } from './portraits.ts';
import { Progress } from './progress.ts';
import { print, type CostFigures, type MatteReport, type Report, type StyleReport } from './report.ts';
import { HOW_TO_GET_NATIVE, isNative, runtimeName } from './runtime.ts';
import { Sources } from './sources.ts';
import { Teachers } from './teachers.ts';
import { BrowserTimer, nativeMilliseconds } from './time.ts';
import { isWebcamTask, measureWebcam, WEBCAM_TASKS, type WebcamReport } from './webcam.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    kinds: { type: 'string' },
    json: { type: 'string', default: 'test-results/eval.json' },
  },
});
const shipped = await shippedModels();
const known = shipped.map(({ id }) => id);
const wanted = options.only?.split(',') ?? known;
refuseUnknown('only', wanted, known);
const tasks = options.kinds?.split(',') ?? [...WEBCAM_TASKS];
refuseUnknown('kinds', tasks, WEBCAM_TASKS);
const models = shipped.filter(({ id }) => wanted.includes(id));
const portraits = await Portraits.open();
if (!portraits) {
  process.stdout.write(
    `No validation portraits at ${Portraits.data}: nothing to measure. PORTOON_DATA says where they are.\n`,
  );
  process.exit(0);
}

const progress = new Progress();
const load = loadavg()[0]!;
const browser = options.kinds === undefined && findChromium() ? await BrowserTimer.open() : null;
const report: Report = {
  date: new Date().toISOString().slice(0, 10),
  command: ['npm run eval', ...namedOptions()].join(' '),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
  load,
  runtime: runtimeName,
  browser: browser?.version ?? null,
  mattes: [],
  styles: [],
  webcam: { kinds: [], clips: [] },
  gaps: [],
};
const ofKind = (kind: Model['kind']) => models.filter((model) => model.kind === kind);
try {
  if (options.kinds === undefined) {
    if (!isNative) report.gaps.push(HOW_TO_GET_NATIVE);
    if (!browser) report.gaps.push(`No times on wasm. ${HOW_TO_GET_CHROMIUM}`);
    for (const model of ofKind('matte')) report.mattes.push(await matteReport(model, portraits));
    report.styles = await styleReports(ofKind('style'), portraits);
  }
  report.webcam = await webcamReport(ofKind('matte'), portraits);
} finally {
  await browser?.close();
  progress.end();
}
if (options.kinds === undefined && load > cpus().length / 2)
  report.gaps.push('The machine was busy with other work: the times are longer than on a quiet one.');
await mkdir(dirname(options.json), { recursive: true });
await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(print(report));

/** Ends the program if an option names what there is not. */
function refuseUnknown(option: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.filter((word) => !known.includes(word));
  if (unknown.length === 0) return;
  process.stderr.write(
    `--${option} has "${unknown.join(', ')}"; it takes ${known.join(', ')}, with commas between.\n`,
  );
  process.exit(2);
}

/** The options that say what is measured, as they were given. */
function namedOptions(): string[] {
  const given = (['only', 'kinds'] as const).flatMap((name) =>
    options[name] === undefined ? [] : [`--${name} ${options[name]}`],
  );
  return given.length > 0 ? ['--', ...given] : [];
}

async function webcamReport(models: readonly Model[], portraits: Portraits): Promise<WebcamReport> {
  if (models.length === 0) return { kinds: [], clips: [] };
  const people = await People.open();
  if (!people) {
    report.gaps.push(
      `No pictures as webcams see people in ${People.folder}: no tables by kind, none over clips.`,
    );
    return { kinds: [], clips: [] };
  }
  const nets: Record<string, Net> = {};
  for (const model of models) nets[model.id] = await Net.open(await modelBytes(model), model.state);
  const baselines = Baselines.installed && findChromium() ? await Baselines.open() : null;
  report.browser ??= baselines?.version ?? null;
  if (!baselines) report.gaps.push(`No MediaPipe beside our nets. ${HOW_TO_GET_BASELINES}`);
  try {
    const sources = new Sources(portraits, people);
    return await measureWebcam(tasks.filter(isWebcamTask), nets, baselines, sources, progress);
  } finally {
    await baselines?.close();
    for (const net of Object.values(nets)) await net.close();
  }
}

async function matteReport(model: Model, portraits: Portraits): Promise<MatteReport> {
  const bytes = await modelBytes(model);
  const net = await Net.open(bytes, model.state);
  const sizes: MatteReport['sizes'] = [];
  for (const size of MATTE_SIZES) {
    const cost = await measureCost(model, bytes, net, size);
    progress.begin(`${model.id}, mattes at ${size.join('x')}`);
    sizes.push({ cost, ...(await measureSize(net, portraits, size, progress)) });
  }
  progress.begin(`${model.id}, over time`);
  const time = await measureTime(net, model.size, portraits, progress);
  await net.close();
  return { id: model.id, sizes, time };
}

async function styleReports(models: Model[], portraits: Portraits): Promise<StyleReport[]> {
  if (models.length === 0) return [];
  const nets: Net[] = [];
  const costs: CostFigures[] = [];
  for (const model of models) {
    const bytes = await modelBytes(model);
    const net = await Net.open(bytes, model.state);
    nets.push(net);
    costs.push(await measureCost(model, bytes, net, model.size));
  }
  progress.begin('styles, steadiness');
  const steadiness = await measureSteadiness(nets, portraits, progress);
  const teachers = await Teachers.open();
  const reports: StyleReport[] = [];
  for (const [n, { id }] of models.entries()) {
    progress.begin(`${id}, likeness to its teacher`);
    // Both grades of a style have one teacher.
    const likeness = await teachers.likeness(nets[n]!, id.replace(/-fine$/, ''), portraits, progress);
    reports.push({ id, cost: costs[n]!, ...steadiness[n]!, likeness });
    await nets[n]!.close();
  }
  const untaught = reports.filter(({ likeness }) => !likeness).map(({ id }) => id);
  if (untaught.length > 0)
    report.gaps.push(
      `No pictures by the teachers of ${untaught.join(', ')} in ${Teachers.folder} (PORTOON_TEACHERS).`,
    );
  if (reports.some(({ likeness }) => likeness && !likeness.perceptual))
    report.gaps.push(`No content and style losses without ${Teachers.folder}/features.onnx.`);
  await teachers.close();
  return reports;
}

async function measureCost(model: Model, bytes: Uint8Array, net: Net, size: Size): Promise<CostFigures> {
  progress.begin(`${model.id}, cost at ${size.join('x')}`);
  const { parameters, macs } = await costOf(bytes, model.state, size);
  return {
    size,
    parameters,
    macs,
    bytes: bytes.length,
    nativeMs: isNative ? await nativeMilliseconds(net, size) : null,
    wasmMs: browser ? await browser.milliseconds(`/models/${model.file}`, model.state, size) : null,
  };
}
