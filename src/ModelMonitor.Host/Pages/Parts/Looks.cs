using ModelMonitor.Host.Pages.Reading;

namespace ModelMonitor.Host.Pages.Parts;

/// <summary>How a PSI looks: the cuts by convention, and nothing where chance alone reaches it.</summary>
internal static class Looks
{
    private const double Watch = 0.1, Unstable = 0.2, Far = 0.5;

    public static string? Of(PsiPoint? point) => point switch
    {
        null => null,
        { Psi: var psi, Floor: { } floor } when psi <= floor => "h0",
        { Psi: < Watch } => "h1",
        { Psi: < Unstable } => "h2",
        { Psi: < Far } => "h3",
        _ => "h4",
    };

    public static string Word(PsiPoint point) => Of(point) switch { "h0" => "within chance", "h1" => "stable", "h2" => "watch", "h3" => "unstable", _ => "far off" };

    public static bool IsUnstable(PsiPoint point) => Of(point) is "h3" or "h4";
}
