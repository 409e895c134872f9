namespace ModelMonitor.Core.Tests.FalseAlarms;

/// <summary>Random counts without drawing rows one by one.</summary>
internal static class Draw
{
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Rows per bin of so many rows with these shares, added to <paramref name="into"/>.</summary>
    public static void Multinomial(Random random, long rows, double[] shares, long[] into)
    {
        var left = 1.0;
        for (var i = 0; i < shares.Length - 1 && rows > 0; i++)
        {
            var drawn = Binomial(random, rows, Math.Clamp(shares[i] / left, 0, 1));
            into[i] += drawn;
            rows -= drawn;
            left -= shares[i];
        }

        into[shares.Length - 1] += rows;
    }

    /// <summary>By inversion where few are expected, else by the normal approximation, rounded.</summary>
    public static long Binomial(Random random, long n, double p)
    {
        if (p > 0.5) return n - Binomial(random, n, 1 - p);
        if (n == 0 || p <= 0) return 0;
        if (n * p > 60) return Math.Clamp((long)Math.Round((n * p) + (Normal(random) * Math.Sqrt(n * p * (1 - p)))), 0, n);
        var (u, odds, mass) = (random.NextDouble(), p / (1 - p), Math.Exp(n * Math.Log(1 - p)));
        long k = 0;
        while (u > mass && k < n)
        {
            u -= mass;
            k++;
            mass *= odds * (n - k + 1) / k;
        }

        return k;
    }
}
