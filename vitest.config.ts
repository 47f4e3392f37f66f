import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { findChromium } from './src/cli/chromium.ts';
import { baseFlags, fakeCameraFlags, webgpuFlags } from './test/fixtures/chromium.ts';

const executablePath = findChromium();

/** Unit tests that start other programs, wait on real clocks, or run whole nets. */
const services = [
  'test/unit/cli/get-chromium.test.ts',
  'test/unit/record/joined-parts.test.ts',
  'test/unit/quality/{baselines,drawing,eval,graph,half,measure,product,style-pictures,webcam}.test.ts',
  'test/unit/server/{bad-clients,cluster,connections,deploy,files,http-fuzz,proxy,turn}.test.ts',
];

/** Tests of the built app that mostly wait: two at once leave no core idle. */
const pages = [
  'test/app/{accessibility,below-path,film,studio,studio-layout,studio-trouble,start,offline,input,obs,janus}.test.ts',
  'test/app/{call-lobby,call-servers,broadcast,package,talking-head}.test.ts',
  'test/app/{convert,queue,studio-convert,studio-styles}.test.ts',
];

/** What the tests of the built app have in common. */
const app = {
  environment: 'node',
  globalSetup: ['test/fixtures/build-once.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Two real browsers and their nets on a busy machine may miss a beat: what failed is tried once
  // more, and the report says so.
  retry: 1,
} satisfies TestProjectInlineConfiguration['test'];

export default defineConfig({
  test: {
    projects: [
      // One project after another: a browser beside busy unit tests is a slow machine's browser.
      {
        test: {
          // `npm run check` runs these alone: they need nothing but Node.
          name: 'unit',
          environment: 'node',
          include: ['test/unit/**/*.test.ts'],
          exclude: services,
          sequence: { groupOrder: 0 },
          // No test takes a second; the rest is for machines that do much else.
          testTimeout: 30_000,
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
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...app,
          name: 'pages',
          include: pages,
          sequence: { groupOrder: 2 },
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...app,
          name: 'app',
          include: ['test/app/**/*.test.ts'],
          exclude: pages,
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
          // The last, because its browser stays open, and goes on drawing, until all is over.
          sequence: { groupOrder: 4 },
          testTimeout: 60_000,
          // Two browsers at once would measure each other.
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
