import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { EffectStats, Held, QualityReason } from '../effect/protocol.ts';
import { theEffect } from './engine.ts';

/** Four looks a second: quick enough to read, cheap enough to forget. */
const PERIOD_MS = 250;
const STAGES = ['prepare', 'matte', 'style', 'composite', 'total', 'delay'] as const;

const REASONS: Record<QualityReason, string> = {
  pinned: 'as chosen',
  'too slow': 'less, for the rate',
  'too late': 'less, for the delay',
  room: 'more, as there is time',
  usual: 'usual',
  finest: 'finest',
};

/** What is computed for every second frame only. */
const HELD: Record<Held, string | null> = {
  nothing: null,
  style: 'style',
  'style and matte': 'style, matte',
};

const size = ([width, height]: readonly [number, number]) => (width > 0 ? `${width} × ${height}` : '–');

/** How fast the effect is and what on. Only looks while it is shown. */
export function Readout() {
  const stats = useSignal<EffectStats | null>(null);
  const from = theEffect.value;

  useEffect(() => {
    if (!from) return;
    const look = () => {
      stats.value = from.stats();
    };
    look();
    const timer = setInterval(look, PERIOD_MS);
    return () => {
      clearInterval(timer);
    };
  }, [from, stats]);

  const now = stats.value;
  return (
    <section class="readout" aria-label="Read-out">
      {now === null ? (
        <p>Waiting for the effect…</p>
      ) : (
        <>
          <p class="rate">
            <b>{now.fps.toFixed(1)}</b> fps
          </p>
          <dl>
            {STAGES.map((stage) => (
              <div key={stage} data-stage={stage}>
                <dt>{stage}</dt>
                <dd>{now.ms[stage].toFixed(1)} ms</dd>
              </div>
            ))}
          </dl>
          <dl>
            <div>
              <dt>runs on</dt>
              <dd>
                {now.ep === 'webgpu' ? 'WebGPU' : 'WebAssembly'}
                {now.half && ', half precision'}
                {now.ep === 'webgpu' && !now.zeroCopy && ', by way of memory'}
              </dd>
            </div>
            <div>
              <dt>matte</dt>
              <dd>{size(now.matteSize)}</dd>
            </div>
            <div>
              <dt>style</dt>
              <dd>{size(now.styleSize)}</dd>
            </div>
            <div>
              <dt>detail</dt>
              <dd>{now.styleSize[0] > 0 || now.matteSize[0] > 0 ? REASONS[now.quality] : '–'}</dd>
            </div>
            {HELD[now.held] && (
              <div>
                <dt>every 2nd frame</dt>
                <dd>{HELD[now.held]}</dd>
              </div>
            )}
            <div>
              <dt>frames</dt>
              <dd>{now.frames}</dd>
            </div>
            <div>
              <dt>dropped</dt>
              <dd>{now.dropped}</dd>
            </div>
          </dl>
        </>
      )}
    </section>
  );
}
