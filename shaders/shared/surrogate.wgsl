// Surrogate derivative ds/du of the threshold, and the step of the backward recursion (docs/maths.md).
// SURROGATE comes from the including kernel; numbers as in src/core/surrogate.ts.

const RECTANGULAR = 0u;
const TRIANGULAR = 1u;
const ATAN = 2u;
const FAST_SIGMOID = 3u;
const SIGMOID = 4u;

// Derivative at a membrane u that was kept; v = u - threshold, a = surrogateWidth.
fn derivativeAtMembrane(u: vec4f) -> vec4f {
  let a = params.surrogateWidth;
  let v = u - vec4f(params.threshold);
  if (SURROGATE == RECTANGULAR) { return select(vec4f(0.0), vec4f(1.0 / a), abs(v) < vec4f(0.5 * a)); }
  if (SURROGATE == TRIANGULAR) { return max(vec4f(0.0), vec4f(1.0) - abs(v) / a) / a; }
  if (SURROGATE == ATAN) {
    let z = 1.5707963267948966 * a * v;
    return (0.5 * a) / (vec4f(1.0) + z * z);
  }
  if (SURROGATE == FAST_SIGMOID) {
    let d = vec4f(1.0) + a * abs(v);
    return vec4f(1.0) / (d * d);
  }
  let g = vec4f(1.0) / (vec4f(1.0) + exp(-a * v));
  return a * g * (vec4f(1.0) - g);
}

// gamma[t] from the spatial error e = dL/ds[t] (reset excluded), the derivative h and gamma[t+1].
fn gammaStep(e: vec4f, h: vec4f, gammaNext: vec4f) -> vec4f {
  let resetError = select(params.theta, 0.0, params.detachReset == 1u) * gammaNext;
  return (e - resetError) * h + params.beta * gammaNext;
}

// gamma[t] under the hard reset, which lets beta u[t] (1 - s[t]) through to the next step.
fn hardResetGammaStep(e: vec4f, h: vec4f, u: vec4f, gammaNext: vec4f) -> vec4f {
  let resetError = select(params.beta * u, vec4f(0.0), params.detachReset == 1u) * gammaNext;
  let kept = select(vec4f(params.beta), vec4f(0.0), u >= vec4f(params.threshold));
  return (e - resetError) * h + kept * gammaNext;
}
