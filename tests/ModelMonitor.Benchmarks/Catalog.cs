namespace ModelMonitor.Benchmarks;

/// <summary>The measurements by name; each prints one JSON line per program it measures, so that runs can alternate with another program's.</summary>
internal static class Catalog
{
    private static readonly Dictionary<string, (string What, Func<string[], Task<int>> Run)> s_all = new(StringComparer.Ordinal)
    {
        ["goal1"] = ("DIR FEATURES ROWS [REPEATS]: PSI over 10 bins", Goal1.RunAsync),
        ["goal2"] = ("DIR FEATURES ROWS [REPEATS]: PSI over 100 bins", Goal2.RunAsync),
        ["goal3"] = ("DIR ROWS [REPEATS]: exact AUC and KS", Goal3.RunAsync),
        ["goal4"] = ("DIR ROWS [REPEATS]: all metrics of a binary model from score bins, counting included", Goal4.RunAsync),
        ["goal5"] = ("DIR [REPEATS]: folding a batch beside running the model on it", Goal5.RunAsync),
        ["goal6"] = ("[ROUNDS]: rows per second from socket to commit, over Flight beside HTTP", Goal6.RunAsync),
        ["goal8"] = ("[ROUNDS] [WAITING]: CPU per 1 000 predictions from bytes to commit, beside bare inserts of their ids", Goal8.RunAsync),
        ["goal11"] = ("[FEATURES] [REPEATS]: evaluating a week beside reading its bytes", Goal11.RunAsync),
        ["trainer"] = ("DIR [SEED]: the recorded cases' models before and after the built-in trainer: train, hold-out, bias squared, variance", TrainerFigures.RunAsync),
        ["goal13"] = ("[BATCHES]: growth with rows, features, models, segments, replicas", Goal13.RunAsync),
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0 && s_all.TryGetValue(args[0], out var found)) return await found.Run(args[1..]).ConfigureAwait(false);
        foreach (var (name, (what, _)) in s_all) await Console.Out.WriteLineAsync($"{name}  {what}").ConfigureAwait(false);
        return 2;
    }
}
