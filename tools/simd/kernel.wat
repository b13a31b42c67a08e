;; The inner loops of what every caller costs the server most, on four numbers at a time: changing rates (src/audio) and
;; seeing mouths in voices (src/engines/face). tools/simd/assemble.mjs makes src/simd/kernel.ts of this; a test holds the
;; two together.
(module
  (import "parley" "memory" (memory 1))

  ;; `count` 16-bit samples at `from` become floats at `to`. Both areas are a multiple of four samples long.
  (func (export "widen") (param $from i32) (param $to i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $from) (i32.shl (local.get $count) (i32.const 1))))
    (loop $next
      (if (i32.lt_u (local.get $from) (local.get $end))
        (then
          (v128.store (local.get $to) (f32x4.convert_i32x4_s (v128.load16x4_s (local.get $from))))
          (local.set $from (i32.add (local.get $from) (i32.const 8)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $next)))))

  ;; `count` outputs at `out`, the first one of phase `phase` over the floats from `in` on. A row of `taps` bytes for each
  ;; of the `up` phases stands at `rows`; a row's bytes are a multiple of 32.
  (func (export "filter")
    (param $out i32) (param $count i32) (param $in i32) (param $rows i32) (param $taps i32)
    (param $phase i32) (param $up i32) (param $down i32)
    (local $end i32) (local $row i32) (local $stop i32) (local $at i32)
    (local $a v128) (local $b v128) (local $sum f32) (local $whole i32)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 1))))
    (loop $next
      (if (i32.lt_u (local.get $out) (local.get $end))
        (then
          (local.set $row (i32.add (local.get $rows) (i32.mul (local.get $phase) (local.get $taps))))
          (local.set $stop (i32.add (local.get $row) (local.get $taps)))
          (local.set $at (local.get $in))
          (local.set $a (v128.const f32x4 0 0 0 0))
          (local.set $b (v128.const f32x4 0 0 0 0))
          ;; Two sums side by side: one alone would wait for each addition to end before the next.
          (loop $tap
            (local.set $a (f32x4.add (local.get $a)
              (f32x4.mul (v128.load (local.get $row)) (v128.load align=4 (local.get $at)))))
            (local.set $b (f32x4.add (local.get $b)
              (f32x4.mul (v128.load offset=16 (local.get $row)) (v128.load offset=16 align=4 (local.get $at)))))
            (local.set $row (i32.add (local.get $row) (i32.const 32)))
            (local.set $at (i32.add (local.get $at) (i32.const 32)))
            (br_if $tap (i32.lt_u (local.get $row) (local.get $stop))))
          (local.set $a (f32x4.add (local.get $a) (local.get $b)))
          (local.set $sum (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
            (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
          ;; What is louder than 16 bits is clipped.
          (i32.store16 (local.get $out) (i32.trunc_f32_s
            (f32.min (f32.const 32767) (f32.max (f32.const -32768) (f32.nearest (local.get $sum))))))
          (local.set $out (i32.add (local.get $out) (i32.const 2)))
          ;; On to the next output's time: whole input samples, and a rest, the phase.
          (local.set $phase (i32.add (local.get $phase) (local.get $down)))
          (local.set $whole (i32.div_u (local.get $phase) (local.get $up)))
          (local.set $phase (i32.sub (local.get $phase) (i32.mul (local.get $whole) (local.get $up))))
          (local.set $in (i32.add (local.get $in) (i32.shl (local.get $whole) (i32.const 2))))
          (br $next)))))
  ;; The products of a vector of floats at `in` with each of `count` rows, which stand at `rows`, as floats at `out`. A
  ;; row's bytes are a multiple of 32.
  (func (export "dots")
    (param $out i32) (param $count i32) (param $in i32) (param $rows i32) (param $bytes i32)
    (local $end i32) (local $stop i32) (local $at i32) (local $a v128) (local $b v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (if (i32.lt_u (local.get $out) (local.get $end))
        (then
          (local.set $stop (i32.add (local.get $rows) (local.get $bytes)))
          (local.set $at (local.get $in))
          (local.set $a (v128.const f32x4 0 0 0 0))
          (local.set $b (v128.const f32x4 0 0 0 0))
          (loop $tap
            (local.set $a (f32x4.add (local.get $a)
              (f32x4.mul (v128.load (local.get $rows)) (v128.load (local.get $at)))))
            (local.set $b (f32x4.add (local.get $b)
              (f32x4.mul (v128.load offset=16 (local.get $rows)) (v128.load offset=16 (local.get $at)))))
            (local.set $rows (i32.add (local.get $rows) (i32.const 32)))
            (local.set $at (i32.add (local.get $at) (i32.const 32)))
            (br_if $tap (i32.lt_u (local.get $rows) (local.get $stop))))
          (local.set $a (f32x4.add (local.get $a) (local.get $b)))
          (f32.store (local.get $out) (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
            (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
          (local.set $out (i32.add (local.get $out) (i32.const 4)))
          (br $next)))))
)
