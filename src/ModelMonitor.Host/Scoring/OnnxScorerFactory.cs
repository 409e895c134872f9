using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>Opens ONNX files with ONNX Runtime.</summary>
/// <param name="intraOpThreads">
/// Threads per session, at least 1. With more than one the scores of tree models change in the last bits with the batch size.
/// </param>
public sealed class OnnxScorerFactory(int intraOpThreads = 1) : IScorerFactory
{
    // ONNX Runtime takes 0 for every core there is: never what a sidecar wants.
    private readonly int threads = intraOpThreads >= 1 ? intraOpThreads : throw new ArgumentOutOfRangeException(nameof(intraOpThreads));

    /// <inheritdoc/>
    public IScorer Open(ModelOptions model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Onnx is not { } path) throw new ScoringException($"model '{model.Name}' names no onnx file");
        if (model.Device.Count > 0 && !model.Device.Contains("cpu", StringComparer.OrdinalIgnoreCase))
            throw new ScoringException($"{path}: none of the devices {string.Join(", ", model.Device)} is available; this build has cpu");

        var file = ModelFile.Read(path);
        var graph = OnnxGraph.Read(file.Bytes);
        var session = SessionLoader.Load(file, SessionLoader.Options(file, threads), graph is null ? file.Bytes : ZipMaps.Unzip(file.Bytes, graph));
        try
        {
            var output = ScoreOutput.For(file, session, model, graph);
            var inputs = new InputPlanner(path, session, model.Inputs, [output.Name]).Plan();
            var scorer = new OnnxScorer(file, new OnnxSession(session, inputs, output), inputs, output) { Weights = WeightReader.Read(path, file.Bytes) };
            scorer.Probe();
            return scorer;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
