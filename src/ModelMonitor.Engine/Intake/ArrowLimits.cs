namespace ModelMonitor.Engine.Intake;

/// <summary>What one Arrow body may claim before anything of it is decoded.</summary>
public sealed record ArrowLimits
{
    /// <summary>For what a stranger sends.</summary>
    public static ArrowLimits Request { get; } = new();

    /// <summary>For files that the operator names: only what no batch can hold is refused.</summary>
    public static ArrowLimits File { get; } = new()
    {
        MaxDecodedBytes = long.MaxValue,
        MaxRows = long.MaxValue,
        MaxMessages = int.MaxValue,
    };

    /// <summary>Bytes of all buffers after decompression, over the whole body.</summary>
    public long MaxDecodedBytes { get; init; } = 512L << 20;

    /// <summary>Rows over the whole body. Rows are bounded apart from bytes: a column of bits grows 64-fold when it is read as numbers.</summary>
    public long MaxRows { get; init; } = 5_000_000;

    public int MaxMessages { get; init; } = 65_536;

    /// <summary>Fields of the schema, children included.</summary>
    public int MaxFields { get; init; } = 10_000;

    /// <summary>Levels of nesting; the reader recurses once per level.</summary>
    public int MaxDepth { get; init; } = 16;
}
