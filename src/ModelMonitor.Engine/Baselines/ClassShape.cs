using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Engine.Baselines;

/// <summary>How predicted classes are counted for drift: by their place, one bin each, none pooled.</summary>
internal static class ClassShape
{
    public static NumericShape Of(int classes) => new(
        new BinEdges([.. Enumerable.Range(0, classes - 1).Select(place => place + 0.5)]), [.. Enumerable.Range(0, classes - 1)], 0, classes - 1, (classes - 1) / 2.0);
}
