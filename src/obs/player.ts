import type { StreamState } from '../call/media-server/media-connection.ts';
import { StreamViewer } from '../call/stream-viewer.ts';
import { WhepPlayer } from '../call/media-server/whep.ts';
import { PortoonError } from '../common/errors.ts';
import type { LookOptions } from '../effect/index.ts';
import type { EffectRunner } from './effect-runner.ts';
import type { Parameters } from './parameters.ts';
import type { Picture } from './picture.ts';

/** Shows a picture on this page, and tries again after any failure. */
export interface Player {
  readonly state: StreamState;
  /** How long the source may be hidden before {@link rest}, in milliseconds. */
  readonly patience: number;
  /** Begins, or goes on after {@link rest}. Safe to call twice. */
  play(): void;
  /** Nobody sees the source: frees what is not needed to resume quickly. */
  rest(): void;
  /** Diagnostics for the person who sets the page up, as lines; some may be empty. */
  explain(): string[];
  /**
   * Changes the look.
   * @throws Error where it is not this page's to change, or there is no effect yet.
   */
  set(look: LookOptions): Promise<void>;
}

/** What a player needs of its page. */
export interface PlayerHost {
  readonly picture: Pick<Picture, 'show' | 'place'>;
  /** The player's state or its diagnostics have changed. */
  readonly onChange: () => void;
  readonly onReport: (report: RTCStatsReport) => void;
}

/** The player that the address asks for; null where it names nothing to play. */
export function createPlayer(parameters: Parameters, surface: PlayerHost): Player | null {
  const { input, room, view, whep } = parameters;
  if (input !== null) return new EffectPlayer(input, parameters, surface);
  if (room !== null && view !== null) return new StudioPlayer(room, view, parameters, surface);
  return whep === null ? null : new MediaServerPlayer(whep, parameters, surface);
}

/** Plays a studio's stream, and pauses it there. */
class StudioPlayer implements Player {
  /** Resuming is quick here, so it can pause soon after it is hidden. */
  readonly patience = 1500;
  private viewer: StreamViewer | null = null;

  constructor(
    private readonly room: string,
    private readonly view: string,
    private readonly parameters: Parameters,
    private readonly surface: PlayerHost,
  ) {}

  get state(): StreamState {
    return this.viewer?.state ?? 'connecting';
  }

  play(): void {
    if (this.viewer) {
      this.viewer.pause(false);
      return;
    }
    const { picture, onChange, onReport } = this.surface;
    const { alpha, audio, bitrate, label } = this.parameters;
    this.viewer = new StreamViewer({
      room: this.room,
      view: this.view,
      label,
      wants: {
        alpha: alpha !== 'none',
        audio,
        paused: false,
        ...(bitrate === null ? {} : { bitrate: 1000 * bitrate }),
      },
      onStream(stream, stacked) {
        picture.show(stream, stacked);
      },
      onChange,
      onReport,
    });
  }

  rest(): void {
    this.viewer?.pause(true);
  }

  explain(): string[] {
    const { server, person } = this.viewer?.found ?? { server: false, person: false };
    const missing = server && !person ? 'The studio is not there: open it, and switch its OBS link on.' : '';
    return [`studio: ${this.state}`, ...wordsOf(this.viewer?.fault), missing];
  }

  set(): Promise<void> {
    return Promise.reject(lookNotSettableHere());
  }
}

/** Plays the stream of a media server, which knows no pause: resting ends it. */
class MediaServerPlayer implements Player {
  readonly patience = 10_000;
  private whep: WhepPlayer | null = null;

  constructor(
    private readonly url: string,
    private readonly parameters: Parameters,
    private readonly surface: PlayerHost,
  ) {}

  get state(): StreamState {
    return this.whep?.state ?? 'stopped';
  }

  play(): void {
    const { picture, onChange, onReport } = this.surface;
    const { token, alpha, audio } = this.parameters;
    this.whep ??= new WhepPlayer({
      endpoint: { url: this.url, token },
      audio,
      onStream(stream) {
        picture.show(stream, alpha === 'stacked-1');
      },
      onChange,
      onReport,
    });
  }

  rest(): void {
    this.whep?.stop();
    this.whep = null;
  }

  explain(): string[] {
    return [`whep: ${this.state}`, ...wordsOf(this.whep?.fault)];
  }

  set(): Promise<void> {
    return Promise.reject(lookNotSettableHere());
  }
}

/** Runs the effect on this page; resting gives the camera back. */
class EffectPlayer implements Player {
  readonly patience = 10_000;
  private runner: EffectRunner | null = null;
  /** Counts calls of `play` and `rest`; an older `begin` sees that it is out of date. */
  private plays = 0;
  /** Keeps changes that controls made to the look, for when the effect is created again. */
  private look: LookOptions;

  constructor(
    private readonly input: 'camera' | 'demo',
    private readonly parameters: Parameters,
    private readonly surface: PlayerHost,
  ) {
    const { style, region, strength, line, colour, palette, detail, quality, alpha } = parameters;
    const background = alpha === 'none' ? 'live' : 'transparent';
    this.look = { style, region, strength, line, colour, palette, detail, quality, background };
  }

  get state(): StreamState {
    return this.runner?.state ?? 'stopped';
  }

  play(): void {
    if (!this.runner) void this.begin(++this.plays);
  }

  rest(): void {
    this.plays++;
    this.runner?.stop();
    this.runner = null;
  }

  explain(): string[] {
    return [`effect: ${this.state}`, ...wordsOf(this.runner?.fault), ...(this.runner?.diagnose() ?? [])];
  }

  async set(changes: LookOptions): Promise<void> {
    if (!this.runner?.effect)
      throw new PortoonError('ERR_RUNTIME', 'The effect is not ready yet.', 'Ask again when it runs.');
    await this.runner.effect.set(changes);
    this.look = { ...this.look, ...changes };
  }

  private async begin(mine: number): Promise<void> {
    // It loads all that the effect needs, so only pages that run one import it.
    const { EffectRunner } = await import('./effect-runner.ts');
    if (mine !== this.plays) return;
    const { picture, onChange } = this.surface;
    this.runner = new EffectRunner({
      input: this.input,
      effect: { ...this.look, ep: this.parameters.ep },
      onCanvas(canvas) {
        picture.place(canvas);
      },
      onChange,
    });
  }
}

function wordsOf(fault: PortoonError | null | undefined): string[] {
  return fault ? [fault.message, fault.wayOut] : [];
}

/** Why the look can't be changed here. */
export function lookNotSettableHere(): PortoonError {
  return new PortoonError(
    'ERR_PARAMETER',
    'The look of this stream is set in the studio.',
    'Change it on the studio page.',
  );
}
