#!/usr/bin/env bash
# Janus with a WHIP and a WHEP front end, on this machine's loopback: for the tests, and as the set-up of docs/guides/broadcast.md.
#
#   janus.sh install     what is missing: Debian's janus and simple-whip-server, npm's janus-whep-server
#   janus.sh check       says what is missing, if anything; ends with 1 then
#   janus.sh start       all three, until Ctrl+C
#   janus.sh janus|whip|whep     one of them
#
# Environment: ENGINES (where the front ends are kept), TOKEN (for publishing; made up if none), STREAM (name in the addresses),
# WHIP_PORT, WHEP_PORT, JANUS_PORT, RTP_PORTS, PUBLIC_ADDRESS (this machine's, as viewers see it, if it stands behind NAT).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export ENGINES=${ENGINES:-${XDG_CACHE_HOME:-$HOME/.cache}/portoon/engines}
export STREAM=${STREAM:-portoon} WHIP_PORT=${WHIP_PORT:-7080} WHEP_PORT=${WHEP_PORT:-7090} JANUS_PORT=${JANUS_PORT:-8188}
export ROOM=1234
RTP_PORTS=${RTP_PORTS:-20000-20999}

missing() {
  command -v janus >/dev/null || echo "janus is not installed"
  [ -e "$ENGINES/whip/src/server.js" ] || echo "simple-whip-server is not installed"
  [ -e "$ENGINES/whep/node_modules/unix-dgram/build" ] || echo "janus-whep-server is not installed"
}

install() {
  local sudo=
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  command -v janus >/dev/null || $sudo apt-get install -y --no-install-recommends janus
  mkdir -p "$ENGINES/whip" "$ENGINES/whep"
  # Its package wants Debian's own Node and conflicts with any other, so it is unpacked beside its npm packages.
  (
    cd "$ENGINES/whip"
    apt-get download simple-whip-server
    dpkg-deb -x simple-whip-server_*.deb unpacked
    rm -rf src && mv unpacked/usr/share/simple-whip-server/src src
    rm -rf unpacked simple-whip-server_*.deb src/config.js
    cp "$here/whip-config.cjs" src/config.js
    # npm 11 fails in a folder without a package.
    echo '{"private":true}' >package.json
    npm install --no-audit --no-fund --no-save async@3 express@4 cors@2 colors@1 debug@4 websocket@1 body-parser@1
  )
  (
    cd "$ENGINES/whep"
    echo '{"private":true}' >package.json
    npm install --no-audit --no-fund --no-save janus-whep-server@1.1.0
    # A small native part; npm may have been told to run no scripts.
    npm rebuild --ignore-scripts=false unix-dgram
  )
}

configure() {
  cat >"$1/janus.jcfg" <<CONFIG
general: {
  configs_folder = "$1"
  log_to_stdout = true
  debug_level = 3
}
media: { rtp_port_range = "$RTP_PORTS" }
nat: {
  # Browsers hide addresses behind names of the local network; they are found by the packets that come.
  ignore_mdns = true
  ${PUBLIC_ADDRESS:+nat_1_1_mapping = \"$PUBLIC_ADDRESS\"}
}
plugins: {
  disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so"
}
transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
CONFIG
  cat >"$1/janus.transport.websockets.jcfg" <<CONFIG
general: {
  ws = true
  ws_port = $JANUS_PORT
  ws_ip = "127.0.0.1"
  wss = false
}
CONFIG
  cat >"$1/janus.plugin.videoroom.jcfg" <<CONFIG
room-$ROOM: {
  description = "Portoon"
  is_private = true
  publishers = 1
  bitrate = 0
  videocodec = "h264,vp8,vp9,av1"
  h264_profile = "42e01f"
  audiocodec = "opus"
  transport_wide_cc_ext = true
}
CONFIG
}

run_janus() {
  local configs
  configs=$(mktemp -d)
  configure "$configs"
  # Configurations are read once, at the start.
  (sleep 10 && rm -rf "$configs") &
  exec janus -F "$configs" -C "$configs/janus.jcfg"
}

front() { exec node "$here/$1"; }

start() {
  export TOKEN=${TOKEN:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}
  trap 'trap - EXIT; kill 0' EXIT INT TERM
  (run_janus) &
  (front whip.cjs) &
  (front whep.mjs) &
  echo "WHIP http://127.0.0.1:$WHIP_PORT/whip/endpoint/$STREAM with the token $TOKEN"
  echo "WHEP http://127.0.0.1:$WHEP_PORT/whep/endpoint/$STREAM"
  wait -n
}

need() {
  local gaps
  gaps=$(missing)
  [ -z "$gaps" ] && return
  echo "$gaps (npm run engines)" | tr '\n' ' '
  echo
  exit 1
}

case ${1:-} in
install) install ;;
check) need ;;
start) need && start ;;
janus) need && run_janus ;;
whip) need && front whip.cjs ;;
whep) need && front whep.mjs ;;
*)
  sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  exit 2
  ;;
esac
