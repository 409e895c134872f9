using Microsoft.Extensions.Configuration;

namespace ModelMonitor.Sample;

/// <summary>What the configuration says.</summary>
/// <param name="File">Where the lines go; null: nowhere.</param>
public sealed record SampleOptions(string? File)
{
    public static SampleOptions Of(IConfiguration configuration) => new(configuration["file"]);
}
