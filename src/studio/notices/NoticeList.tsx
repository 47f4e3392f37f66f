import { usePage } from '../base/page-store.ts';
import { Icon } from '../ui/Icon.tsx';
import { useNotices, type Notice } from './notices-store.ts';

function NoticeCard({ notice }: { notice: Notice }) {
  const { dismiss } = useNotices();
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

/** Problems and information, newest last. Screen readers announce each one as it appears. */
export function NoticeList() {
  const { notices } = useNotices();
  return (
    <div class="messages" role="log" aria-live="polite" aria-label="Messages">
      <ul class="notices">
        {notices.value.map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </ul>
    </div>
  );
}

/** Tells screen readers about changes that others can see. */
export function Announcer() {
  const { announcement } = usePage();
  return (
    <p class="unseen" role="status" aria-live="polite">
      {announcement.value}
    </p>
  );
}
