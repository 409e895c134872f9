using Apache.Arrow;

namespace ModelMonitor.Engine.Intake;

/// <summary>Opens data files of every kind that the host reads, such as those that a retrain request names.</summary>
public interface IDataFiles
{
    /// <summary>Every batch of a file, in order, read as it is asked for; whoever asks disposes them. The file is closed after the last.</summary>
    /// <param name="path">Told apart by what it holds, not by what it is called.</param>
    /// <exception cref="IntakeException">It is of no kind that is read, cut off, or corrupt; the message names the file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    IEnumerable<RecordBatch> ReadAll(string path);
}
