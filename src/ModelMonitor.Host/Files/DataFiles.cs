using Apache.Arrow;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Host.Files;

/// <summary>Parquet and Arrow, for plugins.</summary>
internal sealed class DataFiles : IDataFiles
{
    public IEnumerable<RecordBatch> ReadAll(string path) => DataFile.ReadAll(path);
}
