using CsCheck;
using ModelMonitor.Core.Capture;

namespace ModelMonitor.Core.Tests.Capture;

public sealed class CaptureSplitTests
{
    private static readonly Gen<UInt128> s_entity = Gen.Select(Gen.ULong, Gen.ULong, (a, b) => new UInt128(a, b));

    [Fact]
    public void Rows_of_an_entity_are_all_on_one_side_whatever_comes_later() => Gen.Select(Gen.Select(s_entity, Gen.Int[0, 5], Gen.Long[0, 1000]).List[1, 60], Gen.Int[0, 60]).Sample((rows, first) =>
    {
        // Few entities, so that each has several rows.
        var all = rows.Select(r => ((UInt128)(ulong)r.Item2 * 0x9E3779B97F4A7C15UL, r.Item3)).ToArray();
        var (early, late) = (CaptureSplit.Of([.. all.Take(first)], 0.4), CaptureSplit.Of(all, 0.4));
        for (var i = 0; i < all.Length; i++)
        {
            if ((late[i] == CapturePart.Validate) != CaptureSplit.IsValidate(all[i].Item1, 0.4)) return false;
            if (i < early.Length && (early[i] == CapturePart.Validate) != (late[i] == CapturePart.Validate)) return false;
        }

        return true;
    });

    [Fact]
    public void Rows_that_tune_came_after_all_rows_that_are_fitted() => Gen.Select(s_entity, Gen.Long[0, 50]).List[1, 80].Sample(rows =>
    {
        var parts = CaptureSplit.Of(rows, 0.3);
        var train = rows.Zip(parts).Where(r => r.Second == CapturePart.Train).Select(r => r.First.Item2).DefaultIfEmpty(long.MinValue).Max();
        var tune = rows.Zip(parts).Where(r => r.Second == CapturePart.Tune).Select(r => r.First.Item2).DefaultIfEmpty(long.MaxValue).Min();
        return train < tune;
    });

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void Shares_come_out_as_asked_also_of_a_sample_by_the_same_hash(double validate)
    {
        var random = new Random(3);
        var entities = Enumerable.Range(0, 40_000).Select(_ => new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64())).ToArray();
        double Share(IEnumerable<UInt128> of) => of.Average(e => CaptureSplit.IsValidate(e, validate) ? 1.0 : 0);
        Assert.Equal(validate, Share(entities), 0.01);
        Assert.Equal(validate, Share(entities.OrderBy(e => e).Take(4000)), 0.03);
        var parts = CaptureSplit.Of([.. entities.Select((e, i) => (e, (long)i))], validate);
        Assert.Equal(CaptureSplit.TunePart, parts.Count(p => p == CapturePart.Tune) / (double)parts.Count(p => p != CapturePart.Validate), 0.01);
    }
}
