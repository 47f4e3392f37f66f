import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { findChromium } from './src/cli/chromium.ts';
import { baseFlags, fakeCameraFlags, webgpuFlags } from './test/fixtures/chromium.ts';
import { LONG_WAIT, WAIT } from './test/fixtures/waits.ts';

const executablePath = findChromium();

/** Unit tests that start other programs, wait on real clocks, or run whole nets. */
const services = [
  'test/unit/cli/{get-chromium,queue-commands}.test.ts',
  'test/unit/queue/films.test.ts',
  'test/unit/record/convert/segment-concatenator.test.ts',
  'test/unit/quality/{baselines,drawing,eval,graph,half,measure,product,style-pictures,webcam}.test.ts',
  'test/unit/scripts/one-builder.test.ts',
  'test/unit/server/{bad-clients,cluster,deploy,http-fuzz,proxy}.test.ts',
  'test/unit/server/{http/connections,http/files,signalling/turn}.test.ts',
];

/**
 * Tests of the built app with several browsers, or that time what the effect does: one after the
 * other, and beside nothing else.
 */
const alone = ['test/app/{call,effect,obs-link}.test.ts'];

/**
 * More than the longest wait in a test, so that the wait that failed is reported. No test needs it
 * on a fast machine; on a slow one that does much else a page may take a minute to start.
 */
const PATIENCE = {
  testTimeout: 2 * LONG_WAIT.timeout,
  hookTimeout: 2 * LONG_WAIT.timeout,
  expect: { poll: WAIT },
};

/** What the tests of the built app have in common. */
const app = {
  environment: 'node',
  globalSetup: ['test/fixtures/build-once.ts'],
  ...PATIENCE,
  // Two real browsers and their nets on a busy machine may miss a beat: what failed is tried once
  // more, and the report says so.
  retry: 1,
} satisfies TestProjectInlineConfiguration['test'];

export default defineConfig({
  test: {
    projects: [
      // Groups run one after the other. Two browsers at once are what two cores can carry.
      {
        test: {
          // `npm run check` runs these alone: they need nothing but Node.
          name: 'unit',
          environment: 'node',
          include: ['test/unit/**/*.test.ts'],
          exclude: services,
          sequence: { groupOrder: 0 },
          // No module keeps anything of a test, so that files can share what they load.
          isolate: false,
          ...PATIENCE,
        },
      },
      {
        test: {
          name: 'services',
          environment: 'node',
          include: services,
          sequence: { groupOrder: 1 },
          // Most of their time they wait.
          maxWorkers: 3,
          ...PATIENCE,
        },
      },
      {
        test: {
          ...app,
          name: 'pages',
          include: ['test/app/**/*.test.ts'],
          exclude: alone,
          sequence: { groupOrder: 2 },
          // One that waits leaves a core to the other.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...app,
          name: 'app',
          include: alone,
          sequence: { groupOrder: 3 },
          fileParallelism: false,
        },
      },
      {
        extends: './vite.config.ts',
        // Found on the way, a dependency would make the page reload in the middle of a test.
        optimizeDeps: { include: ['preact/hooks', 'preact/jsx-dev-runtime', 'livekit-client'] },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.{ts,tsx}'],
          // The last, because its browser stays open, and draws, until all is over.
          sequence: { groupOrder: 4 },
          ...PATIENCE,
          // Two files at once would count each other's frames and buffers.
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(executablePath ? { executablePath } : {}),
                args: [...baseFlags, ...webgpuFlags, ...fakeCameraFlags()],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
