namespace ModelMonitor.Core.Baselines;

/// <summary>The first days of production, from which a baseline was learned. Times are microseconds of UTC since 1970.</summary>
/// <param name="Start">The earliest event time, inclusive.</param>
/// <param name="End">Exclusive.</param>
/// <param name="Rows">Rows that came while it was learned.</param>
/// <param name="Share">Of them kept, chosen by hash of the id; 1 below the limit of what is kept.</param>
public sealed record LearnedReference(long Start, long End, long Rows, double Share);
