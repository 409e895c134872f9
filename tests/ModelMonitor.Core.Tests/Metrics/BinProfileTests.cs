using CsCheck;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

public sealed class BinProfileTests
{
    private static readonly string?[] s_names = [.. Enumerable.Range(0, 200).Select(i => i < 100 ? "a" : i < 160 ? "b" : i < 170 ? "rare" : null)];

    [Fact]
    public void What_the_bins_add_is_never_negative_and_together_the_PSI() =>
        Gen.Select(Gen.Long[0, 50].Array[12], Gen.Long[0, 50].Array[12]).Where((n, m) => n.Sum() > 0 && m.Sum() > 0).Sample((reference, production) =>
        {
            var terms = PopulationStability.Contributions(reference, production);
            Assert.All(terms, term => Assert.True(term >= 0, $"{term}"));
            Assert.Equal(PopulationStability.Psi(reference, production).Psi, terms.Sum(), 1e-12);
            // As plainly as the definition has it.
            var used = Enumerable.Range(0, 12).Where(i => reference[i] + production[i] > 0).ToArray();
            if (used.Length <= 1) Assert.All(terms, term => Assert.Equal(0, term));
            else Assert.All(used, i =>
            {
                var p = (reference[i] + 0.5) / (reference.Sum() + (0.5 * used.Length));
                var q = (production[i] + 0.5) / (production.Sum() + (0.5 * used.Length));
                Assert.Equal((q - p) * Math.Log(q / p), terms[i], 1e-12);
            });
        });

    [Fact]
    public void A_column_of_numbers_is_shown_by_the_deciles_of_its_PSI() =>
        Gen.Select(Make.Values, Make.Values).Sample((reference, production) =>
        {
            var (shape, values) = (Make.Shape(reference), production.Append(double.NaN).ToArray());
            var profile = BinProfile.OfNumbers(Make.Sketch(values, shape), shape, Make.Reference(reference, shape));
            Assert.Equal((reference.Length, production.Length + 1), (profile.ReferenceRows, profile.ProductionRows));
            Assert.Equal(Drift.OfNumeric(Make.Sketch(values, shape), shape, Make.Reference(reference, shape))["psi"].Value!.Value, profile.Bins.Sum(b => b.Psi), 1e-12);
            foreach (var bin in profile.Bins.SkipLast(1))
                Assert.Equal((reference.Count(x => x > bin.Above && x <= bin.UpTo), production.Count(x => x > bin.Above && x <= bin.UpTo)), (bin.Reference, bin.Production));
            Assert.Equal((true, 1), (profile.Bins[^1].IsMissing, profile.Bins[^1].Production));
        });

    [Fact]
    public void Categories_have_their_names_and_rare_ones_are_the_rest()
    {
        var shape = new CategoryShape(["a", "b", "rare"], []);
        var sketch = Make.Categories(s_names, shape);
        var reference = new CategoryReference(sketch.Missing, sketch.Counts.ToArray(), 0);
        string?[] window = ["a", "a", "new", null, "rare"];
        var profile = BinProfile.OfCategories(Make.Categories(window, shape), shape, reference);
        Assert.Equal(["a", "b", null, null], profile.Bins.Select(b => b.Name));
        Assert.Equal([2L, 0, 2, 1], profile.Bins.Select(b => b.Production));
        Assert.Equal([false, false, true, false], profile.Bins.Select(b => b.IsRest));
        Assert.True(profile.Bins[3].IsMissing);
        Assert.Equal(Drift.OfCategories(Make.Categories(window, shape), reference)["psi"].Value!.Value, profile.Bins.Sum(b => b.Psi), 1e-12);
    }
}
