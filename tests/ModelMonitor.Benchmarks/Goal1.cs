namespace ModelMonitor.Benchmarks;

/// <summary>PSI over 10 bins; see <see cref="PsiRun"/>.</summary>
internal static class Goal1
{
    public static Task<int> RunAsync(string[] args) => PsiRun.RunAsync("psi10", 10, args);
}
