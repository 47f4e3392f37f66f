/**
 * `npm run eval`: what every shipped net costs, the matte nets through ONNX Runtime on the
 * validation portraits and beside MediaPipe's on pictures as webcams see people, and the styles as
 * the product itself draws them, as tables and as JSON. Options: --only portrait,forms (ids of
 * models), --kinds desk,rooms,clips (these tables alone), --styles toon,comic or all (both grades
 * as drawn by the product, and nothing else), --json test-results/eval.json. With --sheet OUT.png,
 * and --cell 320 for the width of a picture there, it measures nothing: it draws the live styles,
 * or those of --styles, side by side. How to read the tables: training/README.md and README.md
 * here.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../../src/cli/chromium.ts';
import { projectRoot } from '../fixtures/server.ts';
import { Baselines, HOW_TO_GET_BASELINES } from './baselines.ts';
import { makeSheet, measureDrawing } from './drawing.ts';
import { costOf } from './graph.ts';
import { MATTE_SIZES, measureSize, measureTime } from './measure-matte.ts';
import { modelBytes, netId, shippedModels, uniqueNets, type Model } from './models.ts';
import { Net } from './net.ts';
import { People } from './people.ts';
import type { Size } from './planes.ts';
import { Portraits } from './portraits.ts';
import { Progress } from './progress.ts';
import { print, type CostFigures, type MatteReport, type Report, type StyleReport } from './report.ts';
import { HOW_TO_GET_NATIVE, isNative, runtimeName } from './runtime.ts';
import { Sources } from './sources.ts';
import { BrowserTimer, nativeMilliseconds } from './time.ts';
import { isWebcamTask, measureWebcam, WEBCAM_TASKS, type WebcamReport } from './webcam.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    kinds: { type: 'string' },
    styles: { type: 'string' },
    sheet: { type: 'string' },
    cell: { type: 'string', default: '320' },
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
const styleNames = shipped
  .filter(({ kind, grade }) => kind === 'style' && grade === 'live')
  .map(({ id }) => id);
const named = options.styles === 'all' ? styleNames : options.styles?.split(',');
if (named) refuseUnknown('styles', named, [...styleNames, 'all']);
if (options.sheet !== undefined) refuseSheet(options.sheet, options.cell);
const portraits = await Portraits.open();
if (!portraits) {
  process.stdout.write(
    `No validation portraits at ${Portraits.data}: nothing to measure. PORTOON_DATA says where they are.\n`,
  );
  process.exit(0);
}

const NO_PEOPLE = `No pictures as webcams see people in ${People.folder}`;
const progress = new Progress();
if (options.sheet !== undefined) {
  await drawSheet(options.sheet, portraits);
  process.exit(0);
}
const isWhole = options.kinds === undefined && options.styles === undefined;
const load = loadavg()[0]!;
const browser = isWhole && findChromium() ? await BrowserTimer.open() : null;
const report: Report = {
  date: new Date().toISOString().slice(0, 10),
  command: ['npm run eval', ...namedOptions()].join(' '),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
  load,
  runtime: runtimeName,
  browser: browser?.version ?? null,
  mattes: [],
  styles: [],
  drawings: [],
  webcam: { kinds: [], clips: [] },
  gaps: [],
};
const ofKind = (kind: Model['kind']) => models.filter((model) => model.kind === kind);
try {
  if (isWhole) {
    if (!isNative) report.gaps.push(HOW_TO_GET_NATIVE);
    if (!browser) report.gaps.push(`No times on wasm. ${HOW_TO_GET_CHROMIUM}`);
    for (const model of ofKind('matte')) report.mattes.push(await matteReport(model, portraits));
    report.styles = await styleReports(ofKind('style'));
  }
  if (options.styles === undefined) report.webcam = await webcamReport(ofKind('matte'), portraits);
  if (options.kinds === undefined) await addDrawings(portraits);
} finally {
  await browser?.close();
  progress.end();
}
if (isWhole && load > cpus().length / 2)
  report.gaps.push('The machine was busy with other work: the times are longer than on a quiet one.');
await mkdir(dirname(options.json), { recursive: true });
await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(print(report));

/** Ends the program if an option contains an unknown word. */
function refuseUnknown(option: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.filter((word) => !known.includes(word));
  if (unknown.length === 0) return;
  refuse(`--${option} has "${unknown.join(', ')}"; it takes ${known.join(', ')}, with commas between.`);
}

/** The options that choose what is measured, as they were given. */
function namedOptions(): string[] {
  const given = (['only', 'kinds', 'styles'] as const).flatMap((name) =>
    options[name] === undefined ? [] : [`--${name} ${options[name]}`],
  );
  return given.length > 0 ? ['--', ...given] : [];
}

/** Ends the program if the sheet would be written into the project, or cannot be written. */
function refuseSheet(file: string, cell: string): void {
  const width = Number(cell);
  if (!/^\d+$/.test(cell) || width < 64 || width > 1280)
    refuse(`--cell has "${cell}"; it takes a whole number of pixels from 64 to 1280.`);
  if (!/\.(png|jpe?g|webp)$/i.test(file))
    refuse(`--sheet has "${file}"; it takes the name of a picture that ends in .png, .jpg or .webp.`);
  if (!relative(projectRoot, resolve(file)).startsWith('..'))
    refuse(
      `--sheet has "${file}", which is in the project; people's pictures do not belong there. Name a place outside of it.`,
    );
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

/**
 * The styles that the product draws: both grades of the styles named by `--styles`, or the wanted
 * nets.
 */
function drawnStyles(): Model[] {
  const ids = named?.flatMap((id) => [id, `${id}-fine`]) ?? wanted;
  return shipped.filter(({ kind, id }) => kind === 'style' && ids.includes(id));
}

async function drawSheet(file: string, portraits: Portraits): Promise<void> {
  const people = await People.open();
  if (!people) refuse(NO_PEOPLE);
  const styles = drawnStyles().filter(({ grade }) => grade === 'live');
  await makeSheet(resolve(file), styles, new Sources(portraits, people), progress, Number(options.cell));
  progress.end();
  process.stdout.write(`${styles.length} styles on twelve pictures: ${resolve(file)}\n`);
}

async function addDrawings(portraits: Portraits): Promise<void> {
  const styles = drawnStyles();
  if (styles.length === 0) return;
  const people = await People.open();
  if (!people || !findChromium()) {
    report.gaps.push(`No styles drawn by the product. ${people ? HOW_TO_GET_CHROMIUM : NO_PEOPLE}`);
    return;
  }
  const sources = new Sources(portraits, people);
  const { browser, drawings } = await measureDrawing(
    styles,
    sources,
    progress,
    process.env.PORTOON_REFERENCE,
  );
  report.browser ??= browser;
  report.drawings = drawings;
}

async function webcamReport(models: readonly Model[], portraits: Portraits): Promise<WebcamReport> {
  if (models.length === 0) return { kinds: [], clips: [] };
  const people = await People.open();
  if (!people) {
    report.gaps.push(`${NO_PEOPLE}: no tables by kind, none over clips.`);
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

async function styleReports(models: Model[]): Promise<StyleReport[]> {
  const reports: StyleReport[] = [];
  for (const model of uniqueNets(models)) {
    const bytes = await modelBytes(model);
    const net = await Net.open(bytes, model.state);
    reports.push({ id: netId(model), cost: await measureCost(model, bytes, net, model.size) });
    await net.close();
  }
  return reports;
}

async function measureCost(model: Model, bytes: Uint8Array, net: Net, size: Size): Promise<CostFigures> {
  progress.begin(`${netId(model)}, cost at ${size.join('x')}`);
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
