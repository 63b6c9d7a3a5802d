import { useEffect, useRef, useState } from 'react';

/** The value, refreshed at most every `ms` milliseconds; the newest one always arrives in the end. */
export function useThrottled<Value>(value: Value, ms: number): Value {
  const [shown, setShown] = useState(value);
  const lastMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const dueMs = Math.max(0, lastMs.current + ms - performance.now());
    const timer = setTimeout(() => {
      lastMs.current = performance.now();
      setShown(value);
    }, dueMs);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return shown;
}
