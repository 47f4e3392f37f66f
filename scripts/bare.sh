#!/usr/bin/env bash
# Both commands of the README as on a machine that has Node and nothing else, as far as this one can play it: an empty
# home, no programs in reach but Node, npm, git and a shell, a fresh clone.
#
#   scripts/bare.sh                       npm ci && npm start, a look at the page; then npm test
#   scripts/bare.sh --project unit        with arguments for npm test
#   scripts/bare.sh none                  without npm test
#   CHROME_PATH=... scripts/bare.sh       where no browser can be downloaded: nothing may be installed here
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
bare=$(mktemp -d)
server=''
end() {
  # npm and the server that it started are one process group.
  [ -z "$server" ] || kill -- "-$server" 2>/dev/null || true
  rm -rf "$bare"
}
trap end EXIT

mkdir "$bare/bin" "$bare/home" "$bare/tmp"
# Some of them are of every Debian, and tests call them.
for program in node npm npx git sh bash tar env sleep; do
  ln -s "$(readlink -f "$(command -v "$program")")" "$bare/bin/$program"
done
# How this machine gets to the registry is no part of what is tried.
ways=(npm_config_registry="$(npm config get registry)")
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY NODE_EXTRA_CA_CERTS SSL_CERT_FILE CHROME_PATH; do
  [ -z "${!name:-}" ] || ways+=("$name=${!name}")
done
# What runs here knows nothing of the environment around it.
on_bare() {
  env -i npm_config_update_notifier=false HOME="$bare/home" PATH="$bare/bin" TMPDIR="$bare/tmp" LANG=C.UTF-8 "${ways[@]}" "$@"
}

git clone --quiet "$repository" "$bare/clone"
cd "$bare/clone"
on_bare npm ci --no-audit --no-fund </dev/null
echo "node_modules has $(du -sm node_modules | cut -f1) MB."

set -m
on_bare npm start >"$bare/said" 2>&1 </dev/null &
server=$!
set +m
for _ in $(seq 120); do
  address=$(sed -n 's/^Portoon is at //p' "$bare/said")
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || break
  sleep 1
done
cat "$bare/said"
[ -n "$address" ] || { echo 'npm start gave no address.' >&2; exit 1; }
# The page, and every file that it names.
on_bare node --input-type=module - "$address" <<'LOOK'
const [, , address] = process.argv;
const get = async (path) => {
  const response = await fetch(new URL(path, address));
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response.text();
};
const page = await get('/');
if (!/<title>Portoon<\/title>/.test(page)) throw new Error('The page has not the title Portoon');
const files = [...page.matchAll(/(?:src|href)="([^":]+\.(?:js|css))"/g)].map(([, path]) => path);
if (files.length === 0) throw new Error('The page names no files');
await Promise.all(files.map(get));
console.log(`The page is there, and ${files.length} files that it names.`);
LOOK
kill -INT -- "-$server"
wait "$server" || true
server=''

if [ "${1:-}" != none ]; then
  # It gets the packages of the tests by itself.
  on_bare npm test -- "$@" </dev/null
fi
