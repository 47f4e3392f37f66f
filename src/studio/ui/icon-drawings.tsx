import type { ComponentChildren } from 'preact';

/** Drawn for Portoon on a grid of 24 units, with round lines 1.75 units wide. */
export const ICON_DRAWINGS = {
  sliders: <path d="M4 7h9m6 0h1M4 17h1m6 0h9M16 4.5v5M8 14.5v5" />,
  compare: (
    <>
      <rect x="3.5" y="5" width="17" height="14" rx="3" />
      <path d="M12 2.5v19" />
      <path d="M15 9.5h2.5M15 12h2.5m-2.5 2.5h2.5" />
    </>
  ),
  mirror: (
    <>
      <path d="M12 3v2m0 3v2m0 4v2m0 3v2" />
      <path d="M8.5 7 3.5 17h5zM15.5 7l5 10h-5z" />
    </>
  ),
  broadcast: (
    <>
      <circle cx="12" cy="12" r="2" />
      <path d="M8.2 15.8a5.4 5.4 0 0 1 0-7.6m7.6 0a5.4 5.4 0 0 1 0 7.6M5.3 18.7a9.5 9.5 0 0 1 0-13.4m13.4 0a9.5 9.5 0 0 1 0 13.4" />
    </>
  ),
  fullscreen: (
    <path d="M4 9V6a2 2 0 0 1 2-2h3m6 0h3a2 2 0 0 1 2 2v3m0 6v3a2 2 0 0 1-2 2h-3m-6 0H6a2 2 0 0 1-2-2v-3" />
  ),
  shrink: (
    <path d="M9 4v3a2 2 0 0 1-2 2H4m16 0h-3a2 2 0 0 1-2-2V4m0 16v-3a2 2 0 0 1 2-2h3M4 15h3a2 2 0 0 1 2 2v3" />
  ),
  help: (
    <>
      <path d="M8.7 9a3.3 3.3 0 1 1 5 2.85c-1.05.65-1.7 1.2-1.7 2.4" />
      <path d="M12 17.7v.1" stroke-width="2.4" />
    </>
  ),
  camera: (
    <>
      <rect x="2.5" y="6" width="13" height="12" rx="3" />
      <path d="m15.5 11 6-3.5v9l-6-3.5" />
    </>
  ),
  'camera-off': (
    <>
      <path d="M6.5 6h6a3 3 0 0 1 3 3v4m-.3 3.2A3 3 0 0 1 12.5 18h-7a3 3 0 0 1-3-3V9c0-.9.4-1.7 1-2.2" />
      <path d="m15.5 11 6-3.5v9l-3-1.7M3 3l18 18" />
    </>
  ),
  microphone: (
    <>
      <rect x="9" y="3" width="6" height="11.5" rx="3" />
      <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
    </>
  ),
  'microphone-off': (
    <>
      <path d="M15 11.5V6a3 3 0 0 0-5.8-1M9 9v2.5a3 3 0 0 0 4.5 2.6" />
      <path d="M5.5 11.5a6.5 6.5 0 0 0 10.3 5.3m2.2-2.6c.3-.8.5-1.7.5-2.7M12 18v3M3.5 3.5l17 17" />
    </>
  ),
  speaker: <path d="M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4.2 4.2 0 0 1 0 6m2.6-8.6a8 8 0 0 1 0 11.2" />,
  'speaker-off': <path d="M4 9.5v5h3.5l5 4v-13l-5 4zM16 10l4.5 4.5m0-4.500L16 14.500" />,
  fit: (
    <>
      <rect x="3" y="5" width="18" height="14" rx="3" />
      <path d="M7.5 9v6m9-6v6" />
    </>
  ),
  fill: (
    <>
      <rect x="3" y="5" width="18" height="14" rx="3" />
      <path d="M10 12H6m1.8-2L5.8 12l2 2M14 12h4m-1.8-2 2 2-2 2" />
    </>
  ),
  call: (
    <path d="M8.6 4.5 6.2 4A2 2 0 0 0 4 6c.3 7.6 6.4 13.7 14 14a2 2 0 0 0 2-2.2l-.5-2.4a2 2 0 0 0-1.5-1.5l-2.3-.5a2 2 0 0 0-1.900.6l-.7.8a12 12 0 0 1-3.900-3.900l.8-.7a2 2 0 0 0 .6-1.900L10.1 6a2 2 0 0 0-1.5-1.5z" />
  ),
  'hang-up': (
    <path d="M3.2 13.2c-.5 1 .1 2.5 1.2 2.6l2.6.3c.8.1 1.5-.4 1.7-1.2l.4-1.6c1.900-.6 3.900-.6 5.8 0l.4 1.6c.2.8.9 1.3 1.7 1.2l2.6-.3c1.1-.1 1.7-1.6 1.2-2.6-3.6-5.4-14-5.4-17.6 0z" />
  ),
  copy: (
    <>
      <rect x="8.5" y="8.5" width="12" height="12" rx="3" />
      <path d="M15.5 8.5v-2a3 3 0 0 0-3-3h-6a3 3 0 0 0-3 3v6a3 3 0 0 0 3 3h2" />
    </>
  ),
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  share: (
    <path d="M12 15V4m-4 3.5L12 3.5l4 4M6.5 11a2 2 0 0 0-2 2v5a2.5 2.5 0 0 0 2.5 2.5h10a2.5 2.5 0 0 0 2.5-2.5v-5a2 2 0 0 0-2-2" />
  ),
  people: (
    <>
      <circle cx="9" cy="8.5" r="3.5" />
      <path d="M2.5 19.5c.6-3.5 3.1-5.5 6.5-5.5s5.900 2 6.5 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4m2.2 2.900c2.1.7 3.4 2.4 3.8 4.900" />
    </>
  ),
  lock: (
    <>
      <rect x="5" y="10.5" width="14" height="10" rx="3" />
      <path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />
    </>
  ),
  film: (
    <>
      <rect x="3.5" y="4.5" width="17" height="15" rx="3" />
      <path d="m10 9 5 3-5 3z" />
    </>
  ),
  pause: <path d="M8.5 6v12m7-12v12" stroke-width="2.6" />,
  stop: <rect x="6.5" y="6.5" width="11" height="11" rx="2" fill="currentColor" />,
  replay: (
    <>
      <path d="M5 4.5v5h5M5.5 9.2A7.5 7.5 0 1 1 4.6 14" />
      <path d="M12 8.5v4l2.5 2" />
    </>
  ),
  play: <path d="M8 5.5v13l10.5-6.5z" />,
  person: (
    <>
      <circle cx="12" cy="8.5" r="4" />
      <path d="M4.5 20c.8-4 3.7-6 7.5-6s6.7 2 7.5 6" />
    </>
  ),
  blur: <path d="M12 3.5c3.8 4 6 7 6 10a6 6 0 0 1-12 0c0-3 2.2-6 6-10zM9 14a3 3 0 0 0 3 3" />,
  palette: (
    <>
      <path d="M12 3.5a8.5 8.5 0 1 0 0 17c1.4 0 2-.9 2-1.9 0-1.5-1-1.7-1-2.8 0-.9.7-1.5 1.7-1.5h2.1c2 0 3.7-1.5 3.7-4 0-4-3.8-6.8-8.5-6.8z" />
      <path d="M7.7 12v.1m2-3.9v.1m4.6-.1v.1" stroke-width="2.4" />
    </>
  ),
  image: (
    <>
      <path d="M13 4.5H6.5a3 3 0 0 0-3 3v9a3 3 0 0 0 3 3h11a3 3 0 0 0 3-3V11M18 3v6m-3-3h6" />
      <path d="m4 16.5 4-4 3.5 3.5 2.5-2.5 6 5" />
    </>
  ),
  checker: (
    <>
      <rect x="4" y="4" width="16" height="16" rx="3" />
      <path d="M4 12h16M12 4v16" />
      <path
        d="M12 4h5a3 3 0 0 1 3 3v5h-8zM12 12v8H7a3 3 0 0 1-3-3v-5z"
        fill="currentColor"
        fill-opacity=".35"
        stroke="none"
      />
    </>
  ),
  close: <path d="m6 6 12 12M18 6 6 18" />,
  chevron: <path d="m7 10 5 5 5-5" />,
  stats: <path d="M4 19.5h16M6.5 16v-4m5.5 4V5m5.5 11V9" />,
  hide: (
    <>
      <path d="M10 6.2a9 9 0 0 1 2-.2c4.5 0 7.7 3.2 9 6-.5 1.1-1.3 2.3-2.4 3.3M6.2 7.7C4.7 8.9 3.6 10.5 3 12c1.3 2.8 4.5 6 9 6 1.7 0 3.2-.5 4.5-1.2" />
      <path d="m4 4 16 16" />
    </>
  ),
  reset: <path d="M5 4.5v5h5M5.5 9.2A7.5 7.5 0 1 1 4.6 14" />,
  shield: (
    <>
      <path d="M12 3.5 5 6v5.5c0 4.5 2.9 7.5 7 9 4.1-1.5 7-4.5 7-9V6z" />
      <path d="m9 12 2.2 2.2L15.2 10" />
    </>
  ),
  warning: (
    <>
      <path d="M12 4 2.8 19.5h18.4z" />
      <path d="M12 10v4.5m0 2.5v.1" />
    </>
  ),
  info: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 11.5v4.5m0-8v.1" />
    </>
  ),
  drop: <path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M4.5 15.5V18a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2v-2.5" />,
  none: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="m6.5 17.5 11-11" />
    </>
  ),
} satisfies Record<string, ComponentChildren>;

export type IconName = keyof typeof ICON_DRAWINGS;
