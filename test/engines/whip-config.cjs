// The configuration of simple-whip-server: installed in the place of its own by janus.sh.
module.exports = {
  janus: { address: `ws://127.0.0.1:${process.env.JANUS_PORT}` },
  port: Number(process.env.WHIP_PORT),
  rest: '/whip',
  allowTrickle: true,
  strictETags: false,
  iceServers: [],
};
