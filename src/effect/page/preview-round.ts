import * as Comlink from 'comlink';
import type { Fault } from '../../common/errors.ts';
import type { PreviewJob } from '../protocol.ts';
import type { PreviewOptions } from './effect-options.ts';
import type { WorkerHost } from './worker-host.ts';

interface PreviewReceiver {
  readonly onPreview: PreviewOptions['onPreview'];
  readonly onFault: PreviewOptions['onFault'] | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Has the worker make previews, and passes them on until the round is over.
 * @param isClosed - whether the effect is closed: then nothing is passed on any more.
 * @throws the signal's reason once it is aborted.
 * @throws PortoonError `ERR_WORKER_DIED` if the effect is closed, or its worker dies.
 */
export async function runPreviewRound(
  host: WorkerHost,
  job: PreviewJob,
  { onPreview, onFault, signal }: PreviewReceiver,
  isClosed: () => boolean,
): Promise<void> {
  let over = false;
  const show = Comlink.proxy((style: string, result: ImageBitmap | Fault) => {
    // A picture or fault that was on its way already when the previews, or the effect, ended.
    const late = over || isClosed();
    if (!(result instanceof ImageBitmap)) {
      if (!late) onFault?.(style, result);
    } else if (late) result.close();
    else onPreview(style, result);
  });
  const aborted = Promise.withResolvers<never>();
  const stop = () => {
    aborted.reject(signal?.reason);
    void host.ask((api) => api.stopPreview(job.id)).catch(() => undefined);
  };
  signal?.addEventListener('abort', stop);
  try {
    await Promise.race([host.ask((api) => api.preview(job, show)), aborted.promise]);
  } finally {
    over = true;
    signal?.removeEventListener('abort', stop);
  }
}
