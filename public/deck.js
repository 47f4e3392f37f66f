/** An example of a page that steers the studio: docs/guides/broadcast.md, "Decks and bots". */
const status = document.querySelector('[role=status]');
let studio = null;
let asked = 0;

document.getElementById('open').addEventListener('click', () => {
  studio = window.open('./', 'portoon-studio');
});
for (const button of document.querySelectorAll('[data-ask]'))
  button.addEventListener('click', () => {
    if (!studio || studio.closed) status.textContent = 'Open the studio first.';
    else studio.postMessage({ portoon: 1, id: ++asked, ...JSON.parse(button.dataset.ask) }, location.origin);
  });
addEventListener('message', ({ data, origin }) => {
  if (origin !== location.origin || data?.portoon !== 1 || !('ok' in data)) return;
  status.textContent = data.ok ? 'Done.' : data.error;
});
