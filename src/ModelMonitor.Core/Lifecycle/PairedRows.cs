namespace ModelMonitor.Core.Lifecycle;

/// <summary>Labelled rows that two versions scored.</summary>
public sealed class PairedRows
{
    private readonly List<double> _labels = [];
    private readonly List<(double Champion, double Challenger)> _scores = [];
    private readonly List<(double[]? Champion, double[]? Challenger)> _probabilities = [];

    public int Count => _labels.Count;

    /// <summary>1 or 0, the class's place, or the value.</summary>
    public IReadOnlyList<double> Labels => _labels;

    public IReadOnlyList<(double Champion, double Challenger)> Scores => _scores;

    /// <summary>Of multiclass versions, one per class; null of others.</summary>
    public IReadOnlyList<(double[]? Champion, double[]? Challenger)> Probabilities => _probabilities;

    /// <summary>Adds a row; one that either version could not score is left out for both.</summary>
    /// <returns>Whether it was added.</returns>
    public bool Add(double label, double champion, double challenger, double[]? championProbabilities = null, double[]? challengerProbabilities = null)
    {
        if (!double.IsFinite(label) || !double.IsFinite(champion) || !double.IsFinite(challenger)) return false;
        _labels.Add(label);
        _scores.Add((champion, challenger));
        _probabilities.Add((championProbabilities, challengerProbabilities));
        return true;
    }
}
