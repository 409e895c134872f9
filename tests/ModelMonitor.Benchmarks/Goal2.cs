namespace ModelMonitor.Benchmarks;

/// <summary>PSI over 100 bins; see <see cref="PsiRun"/>.</summary>
internal static class Goal2
{
    public static Task<int> RunAsync(string[] args) => PsiRun.RunAsync("psi100", 100, args);
}
