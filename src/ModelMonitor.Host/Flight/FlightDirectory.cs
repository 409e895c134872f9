using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Google.Protobuf;
using Grpc.Core;
using ModelMonitor.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Host.Flight.Protocol;

namespace ModelMonitor.Host.Flight;

/// <summary>What can be sent: two flights of every model, `[model, "predictions"]` and `[model, "labels"]`.</summary>
internal sealed class FlightDirectory(ModelCatalog catalog)
{
    private static readonly TimestampType s_time = new(TimeUnit.Microsecond, "UTC");

    /// <summary>The flights of all models, or of the one that is named.</summary>
    public IEnumerable<FlightInfo> All(string? model) =>
        catalog.Models.Where(m => model is null || m.Name == model).SelectMany(m => new[] { InfoOf(m, Streams.Predictions), InfoOf(m, Streams.Labels) });

    public FlightInfo Find(FlightDescriptor? descriptor)
    {
        var (model, stream) = Resolve(descriptor);
        return InfoOf(model, stream);
    }

    /// <summary>The model and the stream that a descriptor names; `[model]` alone are its predictions.</summary>
    /// <exception cref="RpcException">InvalidArgument or NotFound.</exception>
    public (MonitoredModel Model, string Stream) Resolve(FlightDescriptor? descriptor)
    {
        if (descriptor is not { Type: FlightDescriptor.Types.DescriptorType.Path, Path: [var name, ..] path } || path.Count > 2)
            throw FlightErrors.Of(StatusCode.InvalidArgument, "The descriptor must be a path: [model, \"predictions\"] or [model, \"labels\"].");
        var stream = path.Count == 2 ? path[1] : Streams.Predictions;
        if (stream is not (Streams.Predictions or Streams.Labels))
            throw FlightErrors.Of(StatusCode.NotFound, $"A model has the streams {Streams.Predictions} and {Streams.Labels}, not '{stream}'.");
        return catalog.Find(name) is { } model
            ? (model, stream)
            : throw FlightErrors.Of(StatusCode.NotFound, $"There is no model '{name}'; there is {string.Join(", ", catalog.Models.Select(m => m.Name))}.");
    }

    private static FlightInfo InfoOf(MonitoredModel model, string stream) => new()
    {
        FlightDescriptor = new() { Type = FlightDescriptor.Types.DescriptorType.Path, Path = { model.Name, stream } },
        Schema = Written(stream == Streams.Labels ? Labels(model) : Predictions(model)),
        TotalRecords = -1,
        TotalBytes = -1,
        AppMetadata = ByteString.CopyFromUtf8(new JsonObject
        {
            ["model"] = model.Name,
            ["stream"] = stream,
            ["version"] = model.Baseline.Version,
            ["task"] = EvaluationJson.TaskName(model.Options.Task),
            ["provider"] = model.Scorer?.Provider,
            ["learning"] = model.Learning is not null,
        }.ToJsonString()),
    };

    /// <summary>Columns and the type that each takes without conversion; while a baseline is learned the features are not known.</summary>
    private static Schema Predictions(MonitoredModel model)
    {
        var columns = model.Options.Columns;
        var fields = model.Schema.Features.Select(f => (f.Name, Type: f.Kind == FeatureKind.Numeric ? (IArrowType)DoubleType.Default : StringType.Default)).ToList();
        if (columns.Id is { } id) fields.Add((id, StringType.Default));
        if (columns.Time is { } time) fields.Add((time, s_time));
        if (columns.Score is { } score) fields.Add((score, model.Options.Task == TaskKind.Multiclass ? new ListType(DoubleType.Default) : DoubleType.Default));
        if (columns.Version is { } version) fields.Add((version, StringType.Default));
        return SchemaOf(fields);
    }

    private static Schema Labels(MonitoredModel model)
    {
        var columns = model.Options.Columns;
        var fields = new List<(string, IArrowType)>();
        if (columns.Id is { } id) fields.Add((id, StringType.Default));
        if (columns.Label is { } label) fields.Add((label, model.Options.Task == TaskKind.Regression ? DoubleType.Default : StringType.Default));
        if (columns.LabelTime is { } known) fields.Add((known, s_time));
        return SchemaOf(fields);
    }

    private static Schema SchemaOf(IEnumerable<(string Name, IArrowType Type)> fields) => new([.. fields.Select(f => new Field(f.Name, f.Type, nullable: true))], null);

    private static ByteString Written(Schema schema)
    {
        using var stream = new MemoryStream();
        using (var writer = new ArrowStreamWriter(stream, schema, leaveOpen: true)) writer.WriteStart();
        return ByteString.CopyFrom(stream.ToArray());
    }
}
