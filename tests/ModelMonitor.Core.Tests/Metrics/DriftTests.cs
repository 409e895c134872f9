using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class DriftTests
{
    private static readonly string[] Distances = ["psi", "psi_noise_floor", "js_distance", "ks_distance", "wasserstein_ratio", "hellinger"];
    private static readonly double[] Grid = [.. Enumerable.Range(0, 200).Select(i => i / 10.0)];
    private static readonly double[] Scores = [.. Enumerable.Range(0, 200).Select(i => i / 200.0)];
    private static readonly string?[] Names = [.. Enumerable.Range(0, 200).Select(i => i < 100 ? "a" : i < 160 ? "b" : i < 170 ? "rare" : null)];
    private static readonly Baseline Reference = Make.Baseline(Grid, Names, Scores, 40, 160);

    [Fact]
    public void Keys_stand_in_their_order()
    {
        var drift = Drift.Of(Make.State(Reference, [1, 2], ["a", "b"], [0.5], [(0.5, true)]), Reference);
        Assert.Equal(Distances, drift.Score.Keys);
        Assert.Equal(["psi", "psi_noise_floor"], drift.Label.Keys);
        Assert.Equal(["x", "c"], drift.Features.Select(f => f.Key));
        Assert.Equal([.. Distances, "missing_ratio", "infinite_ratio", "out_of_range_ratio", "mean", "standard_deviation", "minimum", "maximum"], Of(drift, "x").Keys);
        Assert.Equal(["psi", "psi_noise_floor", "js_distance", "hellinger", "missing_ratio", "unseen_ratio"], Of(drift, "c").Keys);
        Assert.All(Of(drift, "x"), value => Assert.Equal(value.Key is "ks_distance" or "wasserstein_ratio", value.Value.ErrorBound is not null));
    }

    [Fact]
    public void The_reference_itself_does_not_drift()
    {
        var drift = Drift.Of(Make.State(Reference, Grid, Names, Scores, Enumerable.Range(0, 200).Select(i => (0.5, i < 40))), Reference);
        foreach (var values in drift.Features.Select(f => f.Value).Append(drift.Score))
        {
            Assert.Equal(0, values["psi"].Value!.Value, 1e-12);
            Assert.Equal(0, values["js_distance"].Value!.Value, 1e-7);
            Assert.True(values["psi_noise_floor"].Value > 0);
        }

        Assert.Equal(0, drift.Score["wasserstein_ratio"].Value!.Value, 1e-12);
        Assert.Equal(0, drift.Label["psi"].Value!.Value, 1e-12);
    }

    [Fact]
    public void Missing_rows_count_in_PSI_but_not_in_KS_and_Wasserstein()
    {
        double[] half = [.. Grid, .. Enumerable.Repeat(double.NaN, 200)];
        var values = Of(Drift.Of(Make.State(Reference, half, [], Scores), Reference), "x");
        Assert.True(values["psi"].Value > 0.5);
        Assert.Equal(0, values["ks_distance"].Value!.Value, 1e-12);
        Assert.Equal(0, values["wasserstein_ratio"].Value!.Value, 1e-12);
        Assert.Equal(0.5, values["missing_ratio"].Value);
        // Ten deciles and missing, N = 200, M = 400: the window's rows without a value included.
        Assert.Equal(PopulationStability.NoiseFloor(11, 200, 400), values["psi_noise_floor"].Value);
    }

    [Fact]
    public void Exact_distances_lie_within_the_published_bounds() =>
        Gen.Select(Make.Values, Make.Values).Where((r, _) => r.Distinct().Count() > 1).Sample((reference, production) =>
        {
            var shape = Make.Shape(reference);
            var values = Drift.OfNumeric(Make.Sketch(production, shape), shape, Make.Reference(reference, shape));
            var deviation = Math.Sqrt(Naive.Variance(reference));
            Within(Naive.TwoSampleKs(reference, production), values["ks_distance"]);
            Within(Naive.Wasserstein(reference, production) / deviation, values["wasserstein_ratio"]);
            Assert.Equal(production.Average(), values["mean"].Value!.Value, 1e-9);
            Assert.Equal(Math.Sqrt(Naive.Variance(production)), values["standard_deviation"].Value!.Value, 1e-6);
            Assert.Equal((production.Min(), production.Max()), (values["minimum"].Value, values["maximum"].Value));
            Assert.Equal(production.Count(x => x < reference.Min() || x > reference.Max()) / (double)production.Length, values["out_of_range_ratio"].Value);
        });

    [Fact]
    public void Infinities_are_counted_and_have_no_Wasserstein_distance()
    {
        var values = Of(Drift.Of(Make.State(Reference, [1, double.PositiveInfinity, double.NegativeInfinity, double.NaN], [], Scores), Reference), "x");
        Assert.Equal((0.5, 0.25, 0.0), (values["infinite_ratio"].Value, values["missing_ratio"].Value, values["out_of_range_ratio"].Value));
        Assert.Equal(MetricStatus.UndefinedOperand, values["wasserstein_ratio"].Status);
        Assert.NotNull(values["ks_distance"].Value);
        Assert.Equal((1.0, 1.0, 0.0), (values["mean"].Value, values["maximum"].Value, values["standard_deviation"].Value));

        double[] reference = [1, 2, double.PositiveInfinity];
        var shape = Make.Shape(reference);
        Assert.Equal(MetricStatus.UndefinedOperand, Drift.OfNumeric(Make.Sketch([1], shape), shape, Make.Reference(reference, shape))["wasserstein_ratio"].Status);
    }

    [Fact]
    public void Only_infinities_have_no_moments()
    {
        var values = Of(Drift.Of(Make.State(Reference, [double.PositiveInfinity], [], Scores), Reference), "x");
        Assert.All(["mean", "standard_deviation", "minimum", "maximum"], key => Assert.Equal(MetricStatus.NoValues, values[key].Status));
    }

    [Fact]
    public void Values_whose_squares_leave_float64_have_no_moments_rather_than_wrong_ones()
    {
        var values = Of(Drift.Of(Make.State(Reference, [1, 2, 1e200], [], Scores), Reference), "x");
        Assert.Equal(MetricStatus.UndefinedOperand, values["standard_deviation"].Status);
        Assert.Equal(1e200, values["maximum"].Value);
    }

    [Fact]
    public void A_constant_reference_has_no_Wasserstein_ratio()
    {
        double[] constant = [0.1, 0.1, 0.1];
        var shape = Make.Shape(constant);
        var same = Drift.OfNumeric(Make.Sketch([0.1, 0.1], shape), shape, Make.Reference(constant, shape));
        Assert.Equal(MetricStatus.ConstantReference, same["wasserstein_ratio"].Status);
        Assert.Equal((0.0, 0.0), (same["psi"].Value, same["psi_noise_floor"].Value));
        Assert.True(Drift.OfNumeric(Make.Sketch([0.1, 0.7], shape), shape, Make.Reference(constant, shape))["psi"].Value > 0);
    }

    [Fact]
    public void A_column_without_values_still_has_a_share_of_missing_rows()
    {
        var values = Of(Drift.Of(Make.State(Reference, [double.NaN, double.NaN], [], Scores), Reference), "x");
        Assert.Equal(MetricStatus.NoValues, values["ks_distance"].Status);
        Assert.Equal(MetricStatus.NoValues, values["wasserstein_ratio"].Status);
        Assert.Equal(1.0, values["missing_ratio"].Value);
        Assert.NotNull(values["psi"].Value);
    }

    [Fact]
    public void A_reference_column_without_values_has_only_the_share_of_missing_rows()
    {
        double[] reference = [double.NaN, double.NaN];
        var shape = Make.Shape(reference);
        var values = Drift.OfNumeric(Make.Sketch([1, double.NaN], shape), shape, Make.Reference(reference, shape));
        Assert.Equal(MetricStatus.NoValues, values["ks_distance"].Status);
        Assert.NotNull(values["psi"].Value);
        Assert.Equal(0.5, values["missing_ratio"].Value);
    }

    [Fact]
    public void An_empty_window_defines_nothing()
    {
        var drift = Drift.Of(PaneState.Empty(Reference.Hash, Reference.Shape), Reference);
        Assert.All(drift.Features.SelectMany(f => f.Value.Values).Concat(drift.Score.Values), value => Assert.Equal(MetricStatus.NoRows, value.Status));
        Assert.Empty(drift.Label);
    }

    [Fact]
    public void A_window_without_scores_has_no_score_drift_and_says_no_values()
    {
        var drift = Drift.Of(Make.State(Reference, [1], [], [double.NaN, double.NaN]), Reference);
        Assert.Equal(Distances, drift.Score.Keys);
        Assert.All(drift.Score.Values, value => Assert.Equal(MetricStatus.NoValues, value.Status));
    }

    [Fact]
    public void Unseen_categories_have_a_ratio_of_their_own_and_share_a_bin_in_PSI()
    {
        var values = Of(Drift.Of(Make.State(Reference, [], ["a", "new", "newer", "rare"], Scores), Reference), "c");
        Assert.Equal((0.5, 0.0), (values["unseen_ratio"].Value, values["missing_ratio"].Value));
        // a, b, rest (rare, new, newer) and missing.
        Assert.Equal(PopulationStability.Psi([100, 60, 10, 30], [1, 0, 3, 0]).Psi, values["psi"].Value);
        Assert.Equal(Divergence.Hellinger([100, 60, 10, 0, 30], [1, 0, 1, 2, 0]), values["hellinger"].Value);
    }

    [Fact]
    public void Labels_drift_over_their_two_classes()
    {
        var drift = Drift.Of(Make.State(Reference, [1], ["a"], [0.5], [(0.1, true), (0.2, true), (0.3, false)]), Reference);
        Assert.Equal(PopulationStability.Psi([40, 160], [2, 1]).Psi, drift.Label["psi"].Value);
        Assert.Equal(PopulationStability.NoiseFloor(2, 200, 3), drift.Label["psi_noise_floor"].Value);
    }

    [Fact]
    public void Another_shape_is_refused() =>
        Assert.Throws<ShapeMismatchException>(() => Drift.Of(PaneState.Empty("h", Reference.Shape with { Features = [.. Reference.Shape.Features.Reverse()] }), Reference));

    private static IReadOnlyDictionary<string, MetricValue> Of(DriftValues drift, string feature) => drift.Features.Single(f => f.Key == feature).Value;

    private static void Within(double exact, MetricValue value) =>
        Assert.InRange(exact - value.Value!.Value, -value.ErrorBound!.Value - 1e-9, value.ErrorBound!.Value + 1e-9);
}
