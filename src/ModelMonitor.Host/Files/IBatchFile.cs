using Apache.Arrow;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Host.Files;

/// <summary>The record batches of one data file, in the file's order, whatever its format. Not safe for concurrent calls.</summary>
internal interface IBatchFile : IDisposable
{
    /// <summary>Rows of the whole file, where its format says so up front.</summary>
    long? Rows { get; }

    /// <summary>The next batch, or null after the last. The caller disposes it, before it disposes the file.</summary>
    /// <exception cref="IntakeException">The file is cut off or corrupt; the message names the file and the place.</exception>
    RecordBatch? Next();
}
