using CsCheck;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class DistributionTests
{
    private static readonly Gen<long[]> Counts = Gen.Int[0, 40].Select(c => c < 12 ? 0L : c).Array[8].Select(c => (long[])[.. c, 1]);

    [Fact]
    public void PSI_is_what_its_formula_says() =>
        Gen.Select(Counts, Counts).Sample((reference, production) =>
        {
            var used = Enumerable.Range(0, reference.Length).Where(i => reference[i] + production[i] > 0).ToList();
            var (n, m, b) = (reference.Sum(), production.Sum(), used.Count);
            var expected = used.Sum(i =>
            {
                var (p, q) = ((reference[i] + 0.5) / (n + (0.5 * b)), (production[i] + 0.5) / (m + (0.5 * b)));
                return (q - p) * Math.Log(q / p);
            });
            var (psi, bins) = PopulationStability.Psi(reference, production);
            Assert.Equal(b == 1 ? 0 : expected, psi, 1e-12);
            Assert.Equal(b, bins);
            Assert.True(psi >= 0);
        });

    [Fact]
    public void One_bin_alone_has_no_PSI_and_no_noise()
    {
        Assert.Equal((0.0, 1), PopulationStability.Psi([0, 500, 0], [0, 3, 0]));
        Assert.Equal(0, PopulationStability.NoiseFloor(1, 500, 3));
    }

    /// <summary>Golden values of an independent implementation (scipy's χ² quantiles) over real windows.</summary>
    [Fact]
    public void The_noise_floor_agrees_with_another_implementation()
    {
        Assert.Equal(0.0208260225318878, PopulationStability.NoiseFloor(10, 1248, 6252), 1e-12);
        Assert.Equal(0.06261601854000673, PopulationStability.NoiseFloor(10, 374, 4624), 1e-12);
        Assert.Equal(0.15, PopulationStability.NoiseFloor(4, 20_000, 50, 0.95), 0.01);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 288)]
    [InlineData(1000, 1440)]
    public void The_limit_of_a_verdict_allows_for_all_features_and_looks(int features, int looks)
    {
        var level = 0.001 / (features * (double)looks);
        // With two degrees of freedom the quantile is −2·ln(level); with four, e^(−x/2)·(1 + x/2) = level.
        Assert.Equal(1, PopulationStability.SignificanceLimit(3, 100, 50, features, looks) / (-2 * Math.Log(level) * 0.03), 1e-7);
        var x = PopulationStability.SignificanceLimit(5, 100, 50, features, looks) / 0.03;
        Assert.Equal(1, Math.Exp(-x / 2) * (1 + (x / 2)) / level, 1e-5);
    }

    [Fact]
    public void The_limit_of_a_verdict_grows_with_bins_features_and_looks_and_is_finite()
    {
        foreach (var bins in new[] { 2, 3, 11, 102, 1002 })
        {
            var few = PopulationStability.SignificanceLimit(bins, 1000, 1000, 1, 1);
            var many = PopulationStability.SignificanceLimit(bins, 1000, 1000, 10_000, 1440);
            Assert.True(PopulationStability.NoiseFloor(bins, 1000, 1000) < few && few < many && double.IsFinite(many), $"{bins} bins: {few}, {many}");
        }
    }

    [Fact]
    public void Jensen_Shannon_and_Hellinger_are_what_their_formulas_say() =>
        Gen.Select(Counts, Counts).Sample((reference, production) =>
        {
            var p = reference.Select(c => (double)c / reference.Sum()).ToList();
            var q = production.Select(c => (double)c / production.Sum()).ToList();
            var middle = p.Zip(q, (a, b) => (a + b) / 2).ToList();
            static double Divergence(IEnumerable<double> a, IEnumerable<double> b) => a.Zip(b).Where(x => x.First > 0).Sum(x => x.First * Math.Log(x.First / x.Second) / Math.Log(2));
            Assert.Equal(Math.Sqrt(Math.Max((Divergence(p, middle) + Divergence(q, middle)) / 2, 0)), ModelMonitor.Core.Metrics.Divergence.JensenShannonDistance(reference, production), 1e-7);
            Assert.Equal(Math.Sqrt(Math.Max(1 - p.Zip(q, (a, b) => Math.Sqrt(a * b)).Sum(), 0)), ModelMonitor.Core.Metrics.Divergence.Hellinger(reference, production), 1e-7);
        });

    [Fact]
    public void Distributions_without_anything_in_common_are_at_distance_one_and_equal_ones_at_zero()
    {
        Assert.Equal(1, Divergence.JensenShannonDistance([5, 0], [0, 9]), 1e-15);
        Assert.Equal(1, Divergence.Hellinger([5, 0], [0, 9]), 1e-15);
        Assert.Equal(0, Divergence.JensenShannonDistance([5, 10, 0], [10, 20, 0]));
        Assert.Equal(0, Divergence.Hellinger([5, 10, 0], [10, 20, 0]));
    }

    [Fact]
    public void The_exact_KS_distance_lies_within_the_bound_and_the_bound_within_the_largest_bin() =>
        Gen.Select(Make.Values, Make.Values).Sample((reference, production) =>
        {
            var shape = Make.Shape(reference);
            var (r, p) = (Make.Sketch(reference, shape).Counts.ToArray(), Make.Sketch(production, shape).Counts.ToArray());
            var (ks, bound) = KolmogorovSmirnov.FromBins(r, p);
            Assert.InRange(Naive.TwoSampleKs(reference, production) - ks, -1e-12, bound + 1e-12);
            var largest = Math.Max(r.Max() / (double)reference.Length, p.Max() / (double)production.Length);
            Assert.InRange(bound, 0, largest + 1e-12);
        });

    [Fact]
    public void The_bound_of_KS_is_reached()
    {
        // One bin for all: all reference values may lie below all production values, or tie with them.
        Assert.Equal((0.0, 1.0), KolmogorovSmirnov.FromBins([7], [3]));
        Assert.Equal(1, Naive.TwoSampleKs([1, 2], [3, 4]));
    }

    [Fact]
    public void The_exact_Wasserstein_distance_lies_within_the_bound() =>
        Gen.Select(Make.Values, Make.Values, Gen.Double[-2, 2]).Sample((reference, production, shift) =>
        {
            var moved = production.Select(x => x + shift).ToArray();
            var shape = Make.Shape(reference);
            var (r, p) = (Make.Sketch(reference, shape), Make.Sketch(moved, shape));
            var (least, greatest) = (Math.Min(r.Minimum, p.Minimum), Math.Max(r.Maximum, p.Maximum));
            var (distance, bound) = Wasserstein.FromBins(r.Counts, p.Counts, shape.Edges.Values, least, greatest);
            Assert.InRange(Naive.Wasserstein(reference, moved) - distance, -bound - 1e-9, bound + 1e-9);
            Assert.InRange(bound, 0, greatest - least);
        });

    [Fact]
    public void Fine_bins_hold_the_Wasserstein_distance_closely()
    {
        var reference = Enumerable.Range(0, 5000).Select(i => i / 5000.0).ToArray();
        var production = reference.Select(x => x + 0.25).ToArray();
        var shape = Make.Shape(reference);
        var (distance, bound) = Wasserstein.FromBins(Make.Sketch(reference, shape).Counts, Make.Sketch(production, shape).Counts, shape.Edges.Values, 0, production[^1]);
        Assert.Equal(0.25, distance, bound + 1e-9);
        // The last bin is as wide as what lies beyond the reference.
        Assert.InRange(bound, 0, 0.15);
    }

    [Fact]
    public void The_decile_view_counts_between_deciles_and_missing_apart() =>
        Gen.Select(Make.Values, Make.Values).Sample((reference, production) =>
        {
            var shape = Make.Shape(reference);
            var deciles = shape.Deciles.Select(i => shape.Edges.Values[i]).ToList();
            var view = BinViews.Deciles(Make.Sketch(production, shape).Counts, shape.Deciles, 7);
            Assert.Equal(deciles.Count + 2, view.Length);
            for (var i = 0; i <= deciles.Count; i++) Assert.Equal(production.Count(x => deciles.Count(e => e < x) == i), view[i]);
            Assert.Equal(7, view[^1]);
        });

    [Fact]
    public void Rare_categories_share_one_bin_with_other_and_unseen()
    {
        long[] reference = [100, 20, 19, 1, 5, 0];
        Assert.Equal([100, 20, 25, 3], BinViews.Categories(reference, reference, 3));
        Assert.Equal([1, 2, 3 + 4 + 5 + 6, 0], BinViews.Categories([1, 2, 3, 4, 5, 6], reference, 0));
    }
}
