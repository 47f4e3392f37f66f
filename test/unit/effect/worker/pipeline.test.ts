import { expect, test } from 'vitest';
import { covers } from '../../../../src/effect/stages/style/style-roi.ts';
import { FakeBackend, fakeFrame, fakePipeline } from './fake-backend.ts';

/** Takes one frame through all three steps. */
async function carry({ pipeline }: ReturnType<typeof fakePipeline>, timestamp: number) {
  const frame = fakeFrame(timestamp);
  const job = await pipeline.finish(await pipeline.start(frame, true));
  pipeline.draw(job);
  frame.close();
  return job;
}

test('a frame passes each stage once, and its style starts before its matte', async () => {
  const fake = new FakeBackend('cpu');
  const all = fakePipeline(fake);
  const job = await carry(all, 1);
  expect(fake.log).toEqual(['load', 'load matte', 'style', 'matte']);
  expect(job.layers.matte).not.toBeNull();
  expect(job.layers.styled).not.toBeNull();
  expect(all.drawn).toEqual([1]);
  expect(all.stats.read()).toMatchObject({ frames: 1, ep: 'wasm', matteSize: [288, 160] });
});

test('the style runs on the whole frame first, and then around the person', async () => {
  const fake = new FakeBackend('cpu');
  const all = fakePipeline(fake);
  for (let n = 0; n < 3; n++) await carry(all, n);
  const [first, second] = fake.styledRois;
  expect(first!.size).toEqual(first!.grid);
  expect(second!.size[0]).toBeLessThan(second!.grid[0]);
  expect(fake.styledRois).toHaveLength(3);
});

test('somebody who moves out of the styled region is styled once more', async () => {
  const fake = new FakeBackend('cpu');
  const all = fakePipeline(fake);
  await carry(all, 1);
  await carry(all, 2);
  fake.extent = { left: 0, top: 0.2, right: 0.2, bottom: 1, x: 0.1, y: 0.6 };
  const { layers } = await carry(all, 3);
  expect(fake.styledRois).toHaveLength(4);
  expect(covers(layers.styled!.roi, fake.extent)).toBe(true);
});

test('statistics show the finer grid of somebody far off', async () => {
  const fake = new FakeBackend('cpu');
  const all = fakePipeline(fake);
  await carry(all, 1);
  expect(all.stats.read().styleSize).toEqual([352, 192]);
  fake.extent = { left: 0.45, top: 0.4, right: 0.55, bottom: 0.6, x: 0.5, y: 0.5 };
  for (let n = 2; n < 50; n++) await carry(all, n);
  expect(all.stats.read().styleSize).toEqual(fake.styledRois.at(-1)!.grid);
  expect(all.stats.read().styleSize[0]).toBeGreaterThan(352);
});

test("the whole frame is looked at for the camera's motion where a pattern covers everything", async () => {
  const fake = new FakeBackend('cpu');
  const all = fakePipeline(fake);
  await carry(all, 1);
  expect(fake.log).not.toContain('planes');
  all.look.region = 'everything';
  await carry(all, 2);
  expect(fake.log).toContain('planes');
});

test('a picture that has not changed for long is drawn without a run', async () => {
  const fake = new FakeBackend('cpu');
  const all = fakePipeline(fake);
  let n = 0;
  const runs = async () => {
    let count = 0;
    while (!(await carry(all, n++)).isRepeat) count++;
    return count;
  };
  for (; n < 60; n++) await carry(all, n);
  fake.unchangedFrames = 60;
  fake.log.length = 0;
  const { layers, isRepeat } = await carry(all, n++);
  expect(fake.log).toEqual(['load']);
  expect(isRepeat).toBe(true);
  expect(all.drawn.at(-1)).toBe(n - 1);
  // For another region the matte starts anew, and is kept once it has settled.
  all.look.region = 'hair';
  expect(await runs()).toBe(60);
  expect((await carry(all, n++)).layers).not.toBe(layers);
});

test.each(['load', 'matte', 'style'] as const)(
  'where %s fails, the frame is done on the backend that takes over',
  async (stage) => {
    const [fake, next] = [new FakeBackend('gpu', true), new FakeBackend('cpu')];
    const all = fakePipeline(fake, { next });
    fake.failsAt = { [stage]: new Error('lost') };
    const job = await carry(all, 1);
    expect(job.backend).toBe(next.backend);
    expect(next.log).toEqual(['reset', 'load', 'load matte', 'style', 'matte']);
    expect(all.drawn).toEqual([1]);
  },
);

test('layers on a GPU that was replaced meanwhile are made again', async () => {
  const [fake, next] = [new FakeBackend('gpu', true), new FakeBackend('cpu')];
  const { pipeline } = fakePipeline(fake, { next });
  const job = await pipeline.start(fakeFrame(1), true);
  pipeline.backend = next.backend;
  expect((await pipeline.finish(job)).backend).toBe(next.backend);
  expect(next.log).toEqual(['load', 'load matte', 'style', 'matte']);
});

test('where nothing takes over, the error is thrown and the frame is closed', async () => {
  const fake = new FakeBackend('cpu');
  const { pipeline } = fakePipeline(fake);
  fake.failsAt = { load: new Error('broken') };
  const frame = fakeFrame(1);
  await expect(pipeline.start(frame, true)).rejects.toThrow('broken');
  expect(frame.closed).toBe(true);
});

test('people who are recorded alone are cut out, with any background of the look', async () => {
  const fake = new FakeBackend('cpu');
  const all = fakePipeline(fake);
  Object.assign(all.outputs, { needsCutOut: true });
  all.look.region = 'everything';
  for (const kind of ['live', 'blur'] as const) {
    all.look.background = { kind };
    const { layers } = await carry(all, 1);
    expect([layers.background.kind, layers.matte !== null]).toEqual(['transparent', true]);
  }
});
