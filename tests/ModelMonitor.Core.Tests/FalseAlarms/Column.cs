using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Tests.FalseAlarms;

/// <summary>A watched column that never drifts: how its rows fall into bins, at a time.</summary>
internal sealed class Column
{
    private readonly double[] _shares;
    private readonly double[] _current;
    private double _effect;

    public Column(double[] shares) => (_shares, _current) = ([.. shares.Select(s => s / shares.Sum())], new double[shares.Length]);

    /// <summary>The last two bins are `other` and `unseen`, and rare categories are pooled for PSI.</summary>
    public bool Categorical { get; init; }

    /// <summary>How strongly weekends and nights differ; 0: not at all.</summary>
    public double Cycle { get; init; }

    /// <summary>Spread of a random effect that stays for a while, and how much of it is left after an hour.</summary>
    public (double Spread, double Kept) Lasting { get; init; }

    public bool Varies => Cycle > 0 || Lasting.Spread > 0;

    public int Bins => _shares.Length;

    public static Column Flat(int bins) => new([.. Enumerable.Repeat(1.0, bins)]);

    /// <summary>Most rows in one bin, some bins nearly empty.</summary>
    public static Column Tied() => new([0.7, 0.2, 0.05, 0.03, 0.01, 0.005, 0.004, 0.001]);

    /// <summary>Categories with shares like 1/rank; the last bins are `other` and `unseen`, which stay empty.</summary>
    public static Column Rare(int categories) => new([.. Enumerable.Range(1, categories).Select(k => 1.0 / k), 0, 0]) { Categorical = true };

    /// <summary>An alphabet without end: a reference of so many rows leaves a share of all rows unseen, the one that Good and Turing estimate.</summary>
    public static (Column Column, long SeenOnce, double Unseen) Open(Random random, long referenceRows)
    {
        double[] shares = [.. Enumerable.Range(1, 20_000).Select(k => Math.Pow(k, -1.2))];
        var total = shares.Sum();
        var counts = new long[shares.Length];
        Draw.Multinomial(random, referenceRows, [.. shares.Select(s => s / total)], counts);
        var seen = shares.Zip(counts).Where(x => x.Second > 0).OrderByDescending(x => x.Second).ToList();
        var unseen = 1 - (seen.Sum(x => x.First) / total);
        var own = seen.Take(100).Select(x => x.First / total);
        return (new Column([.. own, seen.Skip(100).Sum(x => x.First) / total, unseen]) { Categorical = true }, counts.LongCount(c => c == 1), unseen);
    }

    /// <summary>Rows of a stretch, added to <paramref name="into"/>.</summary>
    /// <param name="day">When, in days since a Monday.</param>
    /// <param name="hours">How long.</param>
    public void Add(Random random, double day, double hours, long rows, long[] into)
    {
        if (!Varies)
        {
            Draw.Multinomial(random, rows, _shares, into);
            return;
        }

        var kept = Math.Pow(Lasting.Kept, hours);
        _effect = (kept * _effect) + (Math.Sqrt(1 - (kept * kept)) * Lasting.Spread * Draw.Normal(random));
        var weekend = (int)Math.Floor(day) % 7 >= 5 ? 1 : 0;
        var tilt = _effect + (Cycle * (weekend + (0.5 * Math.Sin(2 * Math.PI * day))));
        double total = 0;
        for (var i = 0; i < _shares.Length; i++) total += _current[i] = _shares[i] * Math.Exp(tilt * ((2.0 * i / (_shares.Length - 1)) - 1));
        for (var i = 0; i < _shares.Length; i++) _current[i] /= total;
        Draw.Multinomial(random, rows, _current, into);
    }

    /// <summary>The bins of PSI.</summary>
    public long[] View(long[] counts, long[] reference) => Categorical ? BinViews.Categories(counts, reference, 0) : counts;
}
