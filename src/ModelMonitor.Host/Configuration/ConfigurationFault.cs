namespace ModelMonitor.Host.Configuration;

/// <summary>One thing wrong in the configuration: where it is written, what it concerns and what is expected instead.</summary>
/// <param name="Place">The file with line and column, or the environment variable.</param>
/// <param name="Path">The keys that lead there, for example `models.flights.threshold`; empty for the file as a whole.</param>
internal sealed record ConfigurationFault(Place Place, string Path, string Message)
{
    /// <summary>One line: `monitor.yaml:12:5 models.flights.threshold: must be a number, found 'abc'`.</summary>
    public override string ToString() => Path.Length == 0 ? $"{Place}: {Message}" : $"{Place} {Path}: {Message}";
}

/// <summary>Where a value was written. Lines and columns count from 1; line 0 means that the source has none (an environment variable).</summary>
internal readonly record struct Place(string Source, int Line, int Column)
{
    public static Place OfVariable(string name) => new($"environment variable {name}", 0, 0);

    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}

/// <summary>Collects every fault of one load, so that all are reported at once.</summary>
internal sealed class FaultList
{
    private readonly List<ConfigurationFault> _faults = [];

    public bool Any => _faults.Count > 0;

    public void Add(Place place, string path, string message) => _faults.Add(new(place, path, message));

    /// <summary>In the order in which a reader meets them: the file from top to bottom, then the environment.</summary>
    public IReadOnlyList<ConfigurationFault> InOrder() =>
        [.. _faults.OrderBy(fault => fault.Place.Line == 0).ThenBy(fault => fault.Place.Line).ThenBy(fault => fault.Place.Column)];
}
