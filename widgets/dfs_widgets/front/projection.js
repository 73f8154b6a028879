// The sky on a plane: the whole of it (Hammer-Aitoff), or a field (gnomonic).  Degrees in, degrees out; east is left.

const RAD = Math.PI / 180;
const WHOLE = 100; // degrees of height above which the whole sky is shown

/** Return a projection centred on (ra0, dec0): forward(ra, dec) -> [x, y] or null, backward(x, y) -> [ra, dec] or null. */
function projection(ra0, dec0, fov) {
  return fov > WHOLE ? hammer(ra0) : gnomonic(ra0, dec0);
}

function wrap(degrees) {
  return ((degrees % 360) + 540) % 360 - 180;
}

function hammer(ra0) {
  const scale = 180 / Math.PI / Math.SQRT2 * (90 / (180 / Math.PI)); // the poles at +-90
  return {
    whole: true,
    forward(ra, dec) {
      const half = (wrap(ra - ra0) * RAD) / 2;
      const cos = Math.cos(dec * RAD);
      const root = Math.sqrt(1 + cos * Math.cos(half));
      return [(-2 * Math.SQRT2 * cos * Math.sin(half) / root) * scale, ((Math.SQRT2 * Math.sin(dec * RAD)) / root) * scale];
    },
    backward(x, y) {
      const [u, v] = [-x / scale, y / scale];
      const z2 = 1 - (u / 4) ** 2 - (v / 2) ** 2;
      if (z2 < 0.5) return null;
      const z = Math.sqrt(z2);
      const half = Math.atan2(z * u, 2 * (2 * z2 - 1));
      return [(2 * half / RAD + ra0 + 360) % 360, Math.asin(z * v) / RAD];
    },
  };
}

function gnomonic(ra0, dec0) {
  const [sin0, cos0] = [Math.sin(dec0 * RAD), Math.cos(dec0 * RAD)];
  return {
    whole: false,
    forward(ra, dec) {
      const [sin, cos, dra] = [Math.sin(dec * RAD), Math.cos(dec * RAD), (ra - ra0) * RAD];
      const depth = sin0 * sin + cos0 * cos * Math.cos(dra);
      if (depth < 0.05) return null;
      return [(-cos * Math.sin(dra)) / depth / RAD, (cos0 * sin - sin0 * cos * Math.cos(dra)) / depth / RAD];
    },
    backward(x, y) {
      const [u, v] = [-x * RAD, y * RAD];
      const depth = 1 / Math.sqrt(1 + u * u + v * v);
      const dec = Math.asin(depth * (sin0 + v * cos0)) / RAD;
      return [(Math.atan2(u, cos0 - v * sin0) / RAD + ra0 + 360) % 360, dec];
    },
  };
}

// North galactic pole and node of the galactic plane, ICRS (Hipparcos catalogue, ESA SP-1200, vol. 1, 1.5.3).
const GALACTIC = { ra: 192.85948, dec: 27.12825, node: 32.93192 };

/** Return a point of galactic latitude 0 as [ra, dec]. */
function galacticPlane(l) {
  const t = (l - GALACTIC.node) * RAD;
  const [sp, cp] = [Math.sin(GALACTIC.dec * RAD), Math.cos(GALACTIC.dec * RAD)];
  const dec = Math.asin(cp * Math.sin(t));
  const ra = Math.atan2(Math.cos(t), -sp * Math.sin(t)) / RAD + GALACTIC.ra;
  return [(ra + 360) % 360, dec / RAD];
}

/** Write right ascension (deg) in h m s as far as `step` (deg) needs it. */
function raText(ra, step) {
  const seconds = Math.round((((ra % 360) + 360) % 360) * 240);
  const [h, m, s] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n) => String(n).padStart(2, "0");
  if (step >= 15) return `${two(h)}ʰ`;
  return step >= 0.25 ? `${two(h)}ʰ${two(m)}ᵐ` : `${two(h)}ʰ${two(m)}ᵐ${two(s)}ˢ`;
}

/** Write declination (deg) in d ' " as far as `step` (deg) needs it. */
function decText(dec, step) {
  const seconds = Math.round(Math.abs(dec) * 3600);
  const sign = dec < 0 && seconds ? "−" : "+";
  const [d, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n) => String(n).padStart(2, "0");
  if (step >= 1) return `${sign}${d}°`;
  return step >= 1 / 60 ? `${sign}${d}°${two(m)}′` : `${sign}${d}°${two(m)}′${two(s)}″`;
}
