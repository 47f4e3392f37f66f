import { Icon } from './icons.tsx';
import { dismiss, notices, type Notice } from './notices.ts';
import { announcement } from './state.ts';

function Card({ notice }: { notice: Notice }) {
  const { id, tone, title, text, code, actions } = notice;
  return (
    <li class="notice" data-tone={tone}>
      <Icon name={tone === 'problem' ? 'warning' : 'info'} />
      <div>
        <strong>{title}</strong>
        {text.split('\n').map((line) => (
          <p key={line}>{line}</p>
        ))}
        {code && <code>{code}</code>}
        {actions.length > 0 && (
          <div class="row">
            {actions.map(({ label, run }) => (
              <button
                key={label}
                type="button"
                class="button"
                onClick={() => {
                  dismiss(id);
                  run();
                }}
              >
                {label}
              </button>
            ))}
          </div>
        )}
      </div>
      <button
        type="button"
        class="icon-button small"
        aria-label={`Dismiss: ${title}`}
        onClick={() => {
          dismiss(id);
        }}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

/** What went wrong or is good to know, newest last. A screen reader hears each as it comes. */
export function Notices() {
  return (
    <div class="messages" role="log" aria-live="polite" aria-label="Messages">
      <ul class="notices">
        {notices.value.map((notice) => (
          <Card key={notice.id} notice={notice} />
        ))}
      </ul>
    </div>
  );
}

/** Changes that the eye sees by itself, for those who listen. */
export function Announcer() {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {announcement.value}
    </p>
  );
}
