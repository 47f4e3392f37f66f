import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { projectRoot } from '../fixtures/server.ts';

const side = v.union([v.number(), v.picklist(['H', 'W'])]);
const modelSchema = v.object({
  id: v.string(),
  kind: v.picklist(['matte', 'style']),
  file: v.string(),
  size: v.tuple([v.number(), v.number()]),
  /** Only of styles. */
  grade: v.optional(v.picklist(['live', 'fine']), 'live'),
  state: v.array(v.object({ in: v.string(), out: v.string(), shape: v.array(side) })),
  sha256: v.string(),
  bytes: v.number(),
  half: v.object({ file: v.string(), sha256: v.string(), bytes: v.number(), of: v.string() }),
});

/** One entry of models/manifest.json: what the evaluation reads of it. */
export type Model = v.InferOutput<typeof modelSchema>;

/** Every net that is shipped. */
export async function shippedModels(): Promise<Model[]> {
  const text = await readFile(join(projectRoot, 'models/manifest.json'), 'utf8');
  return v.parse(v.object({ models: v.array(modelSchema) }), JSON.parse(text)).models;
}

/** The first of the models that have each net: the styles share theirs. */
export function uniqueNets(models: readonly Model[]): Model[] {
  return models.filter(({ file }, n) => models.findIndex((model) => model.file === file) === n);
}

/** The name of a model's net: that of its file. */
export function netId({ file }: Model): string {
  return basename(file, '.onnx');
}

/** The bytes of a net's .onnx file. */
export function modelBytes(model: Model): Promise<Uint8Array> {
  return readFile(join(projectRoot, 'models', model.file));
}
