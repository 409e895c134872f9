using System.Globalization;
using System.Text;

namespace ModelMonitor.Host.Pages.Charts;

/// <summary>Coordinates as SVG writes them. Along x a chart is as wide as there is room: 1000 units, or per cent; along y units are pixels.</summary>
public static class SvgPath
{
    public const double Wide = 1000;

    public static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Through all points that have a value; broken where one has none.</summary>
    public static string Line(IReadOnlyList<LinePoint> points, Axis x, Axis y, double height)
    {
        ArgumentNullException.ThrowIfNull(points);
        var path = new StringBuilder();
        var drawing = false;
        foreach (var point in points)
        {
            if (point.Y is { } value) Add(path, drawing ? 'L' : 'M', x.At(point.X), y.At(value), height);
            drawing = point.Y is not null;
        }

        return path.ToString();
    }

    /// <summary>Strokes without length: with round ends they are dots, whatever the width is stretched to.</summary>
    public static string Dots(IReadOnlyList<LinePoint> points, Axis x, Axis y, double height)
    {
        ArgumentNullException.ThrowIfNull(points);
        var path = new StringBuilder();
        foreach (var point in points)
        {
            if (point.Y is not { } value) continue;
            Add(path, 'M', x.At(point.X), y.At(value), height);
            path.Append("h0");
        }

        return path.ToString();
    }

    /// <summary>Between the ends of the intervals, or from the value down to the axis; each unbroken stretch is a shape of its own.</summary>
    public static string Band(IReadOnlyList<LinePoint> points, Axis x, Axis y, double height, bool toAxis)
    {
        ArgumentNullException.ThrowIfNull(points);
        var path = new StringBuilder();
        var stretch = new List<(double X, double Lower, double Upper)>();
        foreach (var point in points)
        {
            if (toAxis && point.Y is { } value) stretch.Add((point.X, y.From, value));
            else if (!toAxis && point is { Lower: { } lower, Upper: { } upper }) stretch.Add((point.X, lower, upper));
            else Close();
        }

        Close();
        return path.ToString();

        void Close()
        {
            if (stretch.Count > 1)
            {
                for (var i = 0; i < stretch.Count; i++) Add(path, i == 0 ? 'M' : 'L', x.At(stretch[i].X), y.At(stretch[i].Upper), height);
                for (var i = stretch.Count - 1; i >= 0; i--) Add(path, 'L', x.At(stretch[i].X), y.At(stretch[i].Lower), height);
                path.Append('Z');
            }

            stretch.Clear();
        }
    }

    private static void Add(StringBuilder path, char command, double x, double y, double height) =>
        path.Append(command).Append(Number(x * Wide)).Append(' ').Append(Number((1 - y) * height));
}
