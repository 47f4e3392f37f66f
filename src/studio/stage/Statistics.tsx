import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { EffectStats, Held, QualityReason } from '../../effect/index.ts';
import { useEffectStore } from './effect-store.ts';

/** How often the numbers are refreshed: often enough to read, at next to no cost. */
const REFRESH_MS = 250;
const STAGES = ['prepare', 'matte', 'style', 'composite', 'total', 'delay'] as const;

const REASONS: Record<QualityReason, string> = {
  pinned: 'as set',
  'too slow': 'lowered for speed',
  'too late': 'lowered for delay',
  room: 'raised',
  usual: 'normal',
  finest: 'finest',
};

/** What is computed for every second frame only. */
const HELD: Record<Held, string | null> = {
  nothing: null,
  style: 'style',
  'style and matte': 'style, matte',
};

const formatSize = ([width, height]: readonly [number, number]) => (width > 0 ? `${width} × ${height}` : '–');

function Row({ name, stage, children }: { name: string; stage?: string; children: ComponentChildren }) {
  return (
    <div data-stage={stage}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How fast the effect is and what it runs on. */
export function Statistics() {
  const stats = useSignal<EffectStats | null>(null);
  const effect = useEffectStore().current.value;

  useEffect(() => {
    if (!effect) return;
    const refresh = () => {
      stats.value = effect.stats();
    };
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => {
      clearInterval(timer);
    };
  }, [effect, stats]);

  return (
    <section class="statistics" aria-label="Statistics">
      {stats.value === null ? <p>Waiting for the effect…</p> : <Numbers stats={stats.value} />}
    </section>
  );
}

function Numbers({ stats }: { stats: EffectStats }) {
  const { fps, ms, ep, half, zeroCopy, matteSize, styleSize, detail, quality, held, frames, dropped } = stats;
  const runs = styleSize[0] > 0 || matteSize[0] > 0;
  return (
    <>
      <p class="rate">
        <b>{fps.toFixed(1)}</b> fps
      </p>
      <dl>
        {STAGES.map((stage) => (
          <Row key={stage} name={stage} stage={stage}>
            {ms[stage].toFixed(1)} ms
          </Row>
        ))}
      </dl>
      <dl>
        <Row name="runs on">
          {ep === 'webgpu' ? 'WebGPU' : 'WebAssembly'}
          {half && ', half precision'}
          {ep === 'webgpu' && !zeroCopy && ', via main memory'}
        </Row>
        <Row name="matte">{formatSize(matteSize)}</Row>
        <Row name="style">{formatSize(styleSize)}</Row>
        <Row name="detail">
          {styleSize[0] > 0 && `${detail}, `}
          {runs ? REASONS[quality] : '–'}
        </Row>
        {HELD[held] && <Row name="every 2nd frame">{HELD[held]}</Row>}
        <Row name="frames">{frames}</Row>
        <Row name="dropped">{dropped}</Row>
      </dl>
    </>
  );
}
