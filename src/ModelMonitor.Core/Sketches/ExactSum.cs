using System.Diagnostics;
using System.Numerics;

namespace ModelMonitor.Core.Sketches;

/// <summary>An exact sum of float64 values: a superaccumulator of integer limbs, rounded once, when read.</summary>
/// <remarks>
/// The sum is Σ limb[i]·2^(32·i − 1074), limbs signed and kept unnormalised between reads. Addition, subtraction and merging are exact,
/// so any order of any splitting gives the same value, and what was added can be taken back without a trace.
/// Source: Neal, "Fast exact summation using small and large superaccumulators" (2015).
/// </remarks>
public sealed class ExactSum : IMergeable<ExactSum>
{
    private const int LimbBits = 32;
    private const int MinExponent = -1074;

    /// <summary>Limbs that hold any finite float64: (1023 + 1074 + 1) bits, and two for carries of 2^63 additions.</summary>
    private const int MaxLimbs = 68;

    /// <summary>Each addition changes a limb by less than 2^32, so this many fit into its 63 bits.</summary>
    private const int AdditionsBeforeCarry = 1 << 30;

    private long[] _limbs = [];
    private int _first;
    private int _pending;

    /// <summary>The only addend while there are no limbs: most columns of a short stretch add once.</summary>
    private double _only;

    /// <summary>True where the sum is exactly zero.</summary>
    public bool IsZero
    {
        get
        {
            Spread();
            Carry();
            return !_limbs.AsSpan().ContainsAnyExcept(0L);
        }
    }

    /// <summary>Adds a value, or takes it back where <paramref name="sign"/> is −1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite: those have no place in a sum.</exception>
    public void Add(double value, int sign = 1)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite values can be added.");
        if (value == 0) return;
        if (_limbs.Length == 0 && _only == 0)
        {
            _only = sign < 0 ? -value : value;
            return;
        }

        Spread();
        AddLimbs(value, sign);
    }

    private void AddLimbs(double value, int sign)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = (ulong)bits & 0xF_FFFF_FFFF_FFFF;
        if (exponent == 0) exponent = 1;
        else mantissa |= 1UL << 52;

        // value = mantissa · 2^(exponent − 1075) = mantissa · 2^(shift − 1074)
        var shift = exponent - 1;
        var index = shift / LimbBits;
        var wide = (UInt128)mantissa << (shift % LimbBits);
        var limbs = Reserve(index, 3);
        long direction = bits < 0 ? -sign : sign;
        limbs[0] += direction * (long)(uint)wide;
        limbs[1] += direction * (long)(uint)(wide >> 32);
        limbs[2] += direction * (long)(uint)(wide >> 64);
        if (++_pending >= AdditionsBeforeCarry) Carry();
    }

    /// <summary>Adds units·2^exponent, whatever bits the units have.</summary>
    internal void AddUnits(long units, int exponent)
    {
        var high = units >> 32;
        Add(Math.ScaleB(high, exponent + 32));
        Add(Math.ScaleB(units - (high << 32), exponent));
    }

    /// <summary>Adds value² without rounding: the product and its rounding error, which a fused multiply-add yields exactly.</summary>
    /// <remarks>Exact from |value| ≥ 2^−485 on; below, what a square has beneath 2^−1074 is lost.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The square is not finite.</exception>
    public void AddSquare(double value, int sign = 1)
    {
        var square = value * value;
        Add(square, sign);
        Add(Math.FusedMultiplyAdd(value, value, -square), sign);
    }

    public void Merge(ExactSum other) => Merge(other, 1);

    /// <summary>Takes back what was merged, without a trace.</summary>
    public void Subtract(ExactSum other) => Merge(other, -1);

    private void Merge(ExactSum other, int sign)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._only != 0)
        {
            Add(other._only, sign);
            return;
        }

        if (other._limbs.Length == 0) return;
        Spread();
        other.Carry();
        Carry();
        var limbs = Reserve(other._first, other._limbs.Length);
        for (var i = 0; i < other._limbs.Length; i++) limbs[i] += sign * other._limbs[i];
        _pending += 2;
    }

    /// <summary>The sum rounded to nearest, ties to even. ±∞ where it lies beyond float64.</summary>
    public double Value
    {
        get
        {
            var rounded = Round(BigInteger.Abs(Exactly), MinExponent);
            return Exactly.Sign < 0 ? -rounded : rounded;
        }
    }

    /// <summary>The population variance Σx²/n − (Σx/n)², without cancellation: computed in integers and rounded once.</summary>
    /// <param name="sum">Σx.</param>
    /// <param name="squares">Σx², from <see cref="AddSquare"/>.</param>
    /// <param name="count">n, at least 1.</param>
    public static double Variance(ExactSum sum, ExactSum squares, long count)
    {
        ArgumentNullException.ThrowIfNull(sum);
        ArgumentNullException.ThrowIfNull(squares);
        var total = sum.Exactly;
        // In units of 2^(2·MinExponent): n·Σx² − (Σx)².
        var scaled = ((squares.Exactly * count) << -MinExponent) - (total * total);
        if (scaled.Sign <= 0) return 0;
        var divisor = (BigInteger)count * count;
        // A quotient of more bits than float64 has, its last bit set where anything follows: rounded once, it is the nearest.
        var extra = Math.Max(66 + (int)divisor.GetBitLength() - (int)scaled.GetBitLength(), 0);
        var quotient = BigInteger.DivRem(scaled << extra, divisor, out var remainder);
        if (!remainder.IsZero) quotient |= BigInteger.One;
        return Round(quotient, (2 * MinExponent) - extra);
    }

    /// <summary>The sum in units of 2^−1074.</summary>
    private BigInteger Exactly
    {
        get
        {
            Spread();
            Carry();
            var value = BigInteger.Zero;
            for (var i = _limbs.Length - 1; i >= 0; i--) value = (value << LimbBits) + _limbs[i];
            return value << (_first * LimbBits);
        }
    }

    /// <summary>Equal sums are written as equal bytes, whatever order they came about in.</summary>
    public void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Spread();
        Carry();
        int low = 0, high = _limbs.Length;
        while (low < high && _limbs[low] == 0) low++;
        while (high > low && _limbs[high - 1] == 0) high--;
        writer.Count(high - low);
        if (high == low) return;
        writer.Count(_first + low);
        for (var i = low; i < high; i++) writer.Signed(_limbs[i]);
    }

    /// <exception cref="StateFormatException">The bytes are not an exact sum.</exception>
    public static ExactSum Read(ref StateReader reader)
    {
        var length = reader.Count(MaxLimbs);
        var sum = new ExactSum();
        if (length == 0) return sum;
        var first = reader.Count(MaxLimbs - length);
        sum._first = first;
        sum._limbs = new long[length];
        for (var i = 0; i < length; i++)
        {
            var limb = reader.Signed();
            if (limb is > uint.MaxValue or < -(long)uint.MaxValue) throw new StateFormatException("An exact sum has a limb out of range.");
            sum._limbs[i] = limb;
        }

        // Bytes from elsewhere may hold another form of the number than the one that is written.
        sum._pending = 1;
        return sum;
    }

    /// <summary>Brings every limb into (−2^32, 2^32), all of one sign: the only such form of the number, so equal sums have equal limbs.</summary>
    private void Carry()
    {
        if (_pending == 0) return;
        _pending = 0;
        Span<long> work = stackalloc long[_limbs.Length + 2];
        _limbs.CopyTo(work);

        // Floor carries first: all limbs but the last lie in [0, 2^32); the sign is the last one's.
        for (var i = 0; i < work.Length - 1; i++)
        {
            work[i + 1] += work[i] >> LimbBits;
            work[i] &= uint.MaxValue;
        }

        if (work[^1] < 0)
        {
            // Negate, carry again, negate: digits of the magnitude, each with the sign.
            for (var i = 0; i < work.Length; i++) work[i] = -work[i];
            for (var i = 0; i < work.Length - 1; i++)
            {
                work[i + 1] += work[i] >> LimbBits;
                work[i] &= uint.MaxValue;
            }

            for (var i = 0; i < work.Length; i++) work[i] = -work[i];
        }

        var used = work.Length;
        while (used > _limbs.Length && work[used - 1] == 0) used--;
        if (used > _limbs.Length) System.Array.Resize(ref _limbs, used);
        work[..used].CopyTo(_limbs);
        Debug.Assert(_first + _limbs.Length <= MaxLimbs + 2, "limbs stay within float64's range and its carries");
    }

    private void Spread()
    {
        if (_only == 0) return;
        var value = _only;
        _only = 0;
        AddLimbs(value, 1);
    }

    private Span<long> Reserve(int index, int count)
    {
        if (_limbs.Length == 0)
        {
            _first = index;
            _limbs = new long[count];
        }
        else if (index < _first || index + count > _first + _limbs.Length)
        {
            var first = Math.Min(index, _first);
            var end = Math.Max(index + count, _first + _limbs.Length);
            var grown = new long[end - first];
            _limbs.CopyTo(grown, _first - first);
            _limbs = grown;
            _first = first;
        }

        return _limbs.AsSpan(index - _first, count);
    }

    private static double Round(BigInteger magnitude, int exponent)
    {
        var bits = (int)magnitude.GetBitLength();
        // Normal numbers keep 53 bits, subnormals what lies at 2^−1074 and above.
        var drop = Math.Max(Math.Max(bits - 53, MinExponent - exponent), 0);
        if (drop > 0)
        {
            var half = BigInteger.One << (drop - 1);
            var rest = magnitude & ((BigInteger.One << drop) - 1);
            magnitude >>= drop;
            if (rest > half || (rest == half && !magnitude.IsEven)) magnitude += 1;
        }

        return Math.ScaleB((double)(ulong)magnitude, exponent + drop);
    }
}
