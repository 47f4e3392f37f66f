import * as v from 'valibot';
import type { Download } from './download.ts';
import { PortoonError } from '../../common/errors.ts';
import { GRADES } from '../look.ts';
import type { FileAddresses } from '../protocol.ts';
import { drawRecipeSchema } from './draw-recipe.ts';

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const file = {
  file: v.pipe(v.string(), v.regex(/^[\w-]+(\/[\w.-]+)*\.onnx$/)),
  sha256,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
};
/** The fp16 variant of a net; `of` is the checksum of the net that it was made from. */
const half = v.optional(v.object({ ...file, of: sha256 }));
const common = {
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  title: v.string(),
  ...file,
  size: v.tuple([v.number(), v.number()]),
  // A wrong entry is dropped: the net works without its variant.
  half: v.fallback(half, undefined),
};
const variantSchema = v.pipe(
  v.object({ sha256, half }),
  v.forward(
    v.check(({ sha256, half }) => !half || half.of === sha256),
    ['half', 'of'],
  ),
);
const stateSchema = v.object({
  in: v.string(),
  out: v.string(),
  shape: v.array(v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.picklist(['H', 'W'])])),
});
const modelSchema = v.variant('kind', [
  v.object({ ...common, kind: v.literal('matte'), state: v.optional(v.array(stateSchema), []) }),
  v.object({
    ...common,
    kind: v.literal('style'),
    // Only matte nets may have state, because styles also run on single frames for previews.
    state: v.optional(v.pipe(v.array(stateSchema), v.maxLength(0)), []),
    grade: v.optional(v.picklist(GRADES), 'live'),
    draw: v.optional(drawRecipeSchema),
  }),
]);
const manifestSchema = v.object({ models: v.array(v.unknown()) });

/** One entry of models/manifest.json, as far as the effect reads it. */
export type Model = v.InferOutput<typeof modelSchema>;
type MatteModel = Extract<Model, { kind: 'matte' }>;
export type StyleModel = Extract<Model, { kind: 'style' }>;
/** One tensor of a recurrent net's state: which output becomes which input, and its shape. */
export type StateEntry = v.InferOutput<typeof stateSchema>;

/** A file in the manifest, and the id of its net. */
type Listed = Pick<Model, 'id' | 'file' | 'sha256' | 'bytes'>;

/** A net that was fetched. */
export interface NetFile {
  /** The content of its .onnx file. */
  readonly bytes: Uint8Array;
  /** Whether it is the fp16 variant. */
  readonly fp16: boolean;
}

/** The nets that a manifest offers. Wrong entries are left out and reported as faults. */
export interface Catalogue {
  mattes: MatteModel[];
  styles: StyleModel[];
  /** What is wrong with each wrong entry, by its id or else by its place in the list. */
  faults: Map<string, PortoonError>;
  /**
   * Fetches one file and checks its SHA-256.
   * @throws PortoonError `ERR_MODEL_MISSING` or `ERR_MODEL_INTEGRITY`, naming the net.
   */
  fetch(file: Listed, download: Download): Promise<Uint8Array>;
}

/**
 * Reads a model manifest.
 * @param files - where single nets are, if not beside the manifest.
 * @throws PortoonError `ERR_MANIFEST` if it cannot be read or offers no matte net.
 */
export async function openCatalogue(manifestUrl: string, files: FileAddresses = {}): Promise<Catalogue> {
  const unusable = (
    what: string,
    cause?: unknown,
    wayOut = 'Reload the page; if that does not help, install Portoon again.',
  ) => new PortoonError('ERR_MANIFEST', `The list of nets ${what}.`, wayOut, { cause });
  let entries: unknown[];
  // Why a request was refused the browser writes only to its console.
  const response = await fetch(manifestUrl).catch((cause: unknown) => {
    throw unusable(
      `at ${manifestUrl} cannot be fetched`,
      cause,
      "See that its server runs, and that the page's policy allows it: connect-src 'self', or its origin.",
    );
  });
  try {
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    entries = v.parse(manifestSchema, await response.json()).models;
  } catch (cause) {
    throw unusable(`at ${manifestUrl} cannot be read`, cause);
  }
  const models: Model[] = [];
  const faults = new Map<string, PortoonError>();
  for (const [index, entry] of entries.entries()) {
    const parsed = v.safeParse(modelSchema, entry);
    if (parsed.success) {
      const { half, ...model } = parsed.output;
      const variant = v.safeParse(variantSchema, entry);
      models.push(variant.success && half ? { ...model, half } : model);
      if (!variant.success)
        faults.set(
          `${model.id} in half precision`,
          new PortoonError(
            'ERR_HALF_PRECISION',
            `The half-precision variant of the net "${model.id}" is left out: ${v.getDotPath(variant.issues[0]) ?? 'its entry'} is not as promised.`,
            'The net itself works; correct its entry in the manifest.',
          ),
        );
      continue;
    }
    const issue = parsed.issues[0];
    const path = v.getDotPath(issue) ?? 'its entry';
    // A recipe is written by hand, so its messages say what would be right.
    const what = /^draw\b/.test(path) ? issue.message : 'is not as promised';
    const named = v.safeParse(v.object({ id: v.string() }), entry);
    const name = named.success ? `"${named.output.id}"` : `number ${index + 1}`;
    faults.set(
      named.success ? named.output.id : name,
      new PortoonError(
        'ERR_MANIFEST',
        `The net ${name} is left out: ${path} ${what}.`,
        'The other nets work; correct its entry in the manifest.',
      ),
    );
  }
  const mattes = models.filter((model) => model.kind === 'matte');
  if (mattes.length === 0) throw unusable('names no matte net');
  return {
    mattes,
    styles: models.filter((model) => model.kind === 'style'),
    faults,
    async fetch({ id, file, ...promised }, download) {
      // With the hash in its address the server can declare the file immutable.
      const beside = () =>
        new URL(`${file}?v=${promised.sha256.slice(0, 12)}`, new URL(manifestUrl, self.location.href)).href;
      const url = files[`models/${file}`] ?? beside();
      const bytes = await download.bytes(url, `the net "${id}"`, promised.bytes);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
      if (sha256 !== promised.sha256)
        throw new PortoonError(
          'ERR_MODEL_INTEGRITY',
          `The net "${id}" is not the file that the manifest promises: ${bytes.length} bytes came, ${promised.bytes} were promised${bytes.length === promised.bytes ? ', and their checksum differs' : ''}.`,
          'Reload the page; if that does not help, install Portoon again.',
        );
      return bytes;
    },
  };
}
