/** What axe-core finds on a page, in light and dark. */
import axe from 'axe-core';
import type { Page } from 'playwright';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/**
 * Looks at a page whenever it is asked to, and gathers what is wrong: the rule, and where.
 * @param leaveOut - rules that are not meant for such a page.
 */
export async function look(page: Page, leaveOut: string[] = []) {
  const flaws: string[] = [];
  const rules = Object.fromEntries(leaveOut.map((rule) => [rule, { enabled: false }]));
  await page.evaluate(axe.source);
  const at = async (what: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // What fades in has less contrast on its way.
      await page.waitForFunction(() =>
        document
          .getAnimations()
          .every(
            ({ playState, effect }) =>
              playState !== 'running' || effect?.getComputedTiming().endTime === Infinity,
          ),
      );
      // Only colours change with the scheme.
      const options = colorScheme === 'light' ? { rules } : { runOnly: ['color-contrast'] };
      const violations = await page.evaluate(
        (given) => window.axe.run(given).then((results) => results.violations),
        options,
      );
      for (const { id, nodes } of violations)
        for (const { target } of nodes) flaws.push(`${what}: ${id} in ${colorScheme}: ${target.join(' ')}`);
    }
  };
  return { flaws, at };
}
