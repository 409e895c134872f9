using Apache.Arrow;
using ModelMonitor.Engine.Models;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>What versions are made of, on disk.</summary>
public interface IVersionFiles
{
    /// <summary>Opens a version with its baseline, which is made where there is none yet: its reference rows are scored then, which takes a while.</summary>
    /// <returns>To be disposed by the caller: its scorer.</returns>
    /// <exception cref="VersionUnusableException">Its file is not there, is another one, does not load or does not fit the model's rows.</exception>
    MonitoredModel Open(VersionDossier dossier, CancellationToken cancellationToken);

    /// <summary>The hold-out rows of a model with their labels; null where the configuration names none.</summary>
    /// <exception cref="Intake.IntakeException">The file cannot be read.</exception>
    IEnumerable<RecordBatch>? Holdout(string model);

    /// <summary>Makes sure that a version which serves can be opened again when another one took its place.</summary>
    /// <returns>Where its file lies then: in the state folder.</returns>
    /// <exception cref="VersionUnusableException">It is not there any more.</exception>
    string Keep(VersionDossier dossier);
}

/// <summary>A version's file is of no use. The message says why, in one line.</summary>
public sealed class VersionUnusableException(string message, Exception? inner = null) : Exception(message, inner);
