/** A head, half as a camera sees it and half as a cartoon. Drawn for Portoon. */
export function Portrait() {
  return (
    <svg class="portrait" viewBox="0 0 240 240" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <defs>
        <clipPath id="half-left">
          <path d="M0 0h120v240H0z" />
        </clipPath>
        <clipPath id="half-right">
          <path d="M120 0h120v240H120z" />
        </clipPath>
        <linearGradient id="room" x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stop-color="#5d6d78" />
          <stop offset="1" stop-color="#2c353d" />
        </linearGradient>
        <radialGradient id="skin" cx=".38" cy=".36" r=".8">
          <stop offset="0" stop-color="#e9bd9f" />
          <stop offset=".6" stop-color="#c98f6c" />
          <stop offset="1" stop-color="#7f4e38" />
        </radialGradient>
        <linearGradient id="hair" x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stop-color="#5a4034" />
          <stop offset="1" stop-color="#1f1512" />
        </linearGradient>
        <linearGradient id="shirt" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stop-color="#43726b" />
          <stop offset="1" stop-color="#203c3a" />
        </linearGradient>
      </defs>
      <rect width="240" height="240" fill="url(#room)" />
      <g clip-path="url(#half-left)">
        <path d="M24 240c4-44 34-66 96-66s92 22 96 66z" fill="url(#shirt)" />
        <path d="M98 146h44v32a22 22 0 0 1-44 0z" fill="#a8704f" />
        <path d="M70 104c0-40 20-62 50-62s50 22 50 62c0 38-22 66-50 66s-50-28-50-66z" fill="url(#skin)" />
        <path d="M62 110c-8-54 18-86 58-86v34c-22 2-34 14-42 28-4 8-8 16-16 24z" fill="url(#hair)" />
        <ellipse cx="98" cy="108" rx="7" ry="4.5" fill="#f4eee9" />
        <circle cx="99" cy="108" r="3.6" fill="#3a251c" />
        <path d="M86 96c7-5 16-5 23-1" fill="none" stroke="#3a2a22" stroke-width="4" stroke-linecap="round" />
        <path
          d="M99 143c8 6 16 8 21 8"
          fill="none"
          stroke="#8c4a3f"
          stroke-width="4"
          stroke-linecap="round"
        />
        <path d="M118 112c-4 8-7 14-5 18 1 2 4 3 7 3" fill="none" stroke="#9a6247" stroke-width="3" />
      </g>
      <g clip-path="url(#half-right)" stroke="#1c120d" stroke-linejoin="round" stroke-linecap="round">
        <rect x="120" width="120" height="240" fill="#ffd9a8" stroke="none" />
        <path d="M196 20h60v30zM206 80l50-8v36zM200 130l50 10v24z" fill="#ffb878" stroke="none" />
        <path d="M24 244c4-48 34-70 96-70s92 22 96 70z" fill="#ff7a59" stroke-width="6" />
        <path d="M180 200c8 8 12 20 14 40" fill="none" stroke-width="5" />
        <path d="M98 146h44v32a22 22 0 0 1-44 0z" fill="#e79f77" stroke-width="6" />
        <path
          d="M70 104c0-40 20-62 50-62s50 22 50 62c0 38-22 66-50 66s-50-28-50-66z"
          fill="#ffc9a3"
          stroke-width="6"
        />
        <path d="M168 108c-2 34-22 58-46 60 16-14 30-38 32-68z" fill="#f0a67e" stroke="none" />
        <path
          d="M178 110c8-54-18-86-58-86v34c22 2 34 14 42 28 4 8 8 16 16 24z"
          fill="#3b2320"
          stroke-width="6"
        />
        <path d="M132 38c16 2 28 12 33 28" fill="none" stroke="#8a5a4c" stroke-width="5" />
        <ellipse cx="142" cy="108" rx="9" ry="8" fill="#fff" stroke-width="4" />
        <circle cx="143" cy="109" r="4.5" fill="#1c120d" stroke="none" />
        <path d="M130 94c7-5 18-6 25 0" fill="none" stroke-width="6" />
        <path d="M120 151c6 0 14-2 22-9" fill="none" stroke-width="5" />
        <path d="M120 133c4 0 6-1 8-3" fill="none" stroke-width="4" />
      </g>
      <path d="M120 0v240" stroke="#fff" stroke-width="3" />
      <circle cx="120" cy="208" r="13" fill="#fff" />
      <path
        d="m116 203-5 5 5 5m8-10 5 5-5 5"
        fill="none"
        stroke="#1c120d"
        stroke-width="2.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
