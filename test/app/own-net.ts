import { createHash } from 'node:crypto';
import type { Page, Route } from 'playwright';

/** An ONNX field that only says something about the net (`doc_string`). */
const REMARK = Buffer.from([0x32, 1, 0x61]);

/**
 * Gives a style of the page a net of its own, which draws as the shipped one but is another file.
 * @param home - the app's address.
 * @param answer - what happens when the net is asked for, now and later.
 */
export async function giveOwnNet(
  page: Page,
  home: string,
  style: string,
  answer: (route: Route, net: Buffer) => Promise<void>,
): Promise<void> {
  const shipped = await page.request.get(`${home}models/style/drawn.onnx`);
  const net = Buffer.concat([await shipped.body(), REMARK]);
  await page.route('**/models/manifest.json', async (route) => {
    const manifest = (await (await route.fetch()).json()) as { models: { id: string }[] };
    const entry = manifest.models.find(({ id }) => id === style)!;
    const sha256 = createHash('sha256').update(net).digest('hex');
    Object.assign(entry, { file: 'style/own.onnx', sha256, bytes: net.length, half: undefined });
    await route.fulfill({ json: manifest });
  });
  await page.route('**/models/style/own.onnx*', (route) => answer(route, net));
}
