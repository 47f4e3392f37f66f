import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { aspect } from './aspect.ts';
import { Divider } from './Divider.tsx';
import { pictureShown, stageCanvas } from './engine.ts';
import { backdrop } from './look.ts';
import { mirrored, source } from './sources.ts';
import { comparing, interfaceHidden } from './state.ts';

/** The picture: the effect's own canvas over the whole window, and the divider above it. */
export function Stage() {
  const holder = useRef<HTMLDivElement>(null);

  useSignalEffect(() => {
    const canvas = stageCanvas.value;
    if (!canvas || !holder.current) return;
    canvas.id = 'stage';
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'Your live picture, as the others see it');
    holder.current.replaceChildren(canvas);
  });

  return (
    <main
      class="stage"
      aria-label="Picture"
      data-mirrored={mirrored.value || undefined}
      data-shown={pictureShown.value || undefined}
      data-see-through={backdrop.value === 'transparent' || undefined}
      style={{ '--aspect': String(aspect.value) }}
      // Without the interface there must be a way back that needs no keyboard.
      onClick={() => {
        interfaceHidden.value = false;
      }}
    >
      <div class="checker" aria-hidden="true" />
      <div class="canvas-holder" ref={holder} />
      {comparing.value && source.value && <Divider track={source.value.track} />}
    </main>
  );
}
